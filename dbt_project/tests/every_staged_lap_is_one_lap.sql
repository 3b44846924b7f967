-- Row parity for laps: as many stand in the final schema as the latest version of the session's page shows.
with

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

identities as (

    select * from {{ ref('int_practice__driver_identities') }}

),

staged as (

    select
        identities.race_result_id,
        count(*) as lap_count
    from sessions
    inner join identities on sessions.race_id = identities.race_id
    inner join {{ ref('stg_liverc__laps') }} as page_laps on sessions.detail_load_id = page_laps.load_id
    group by identities.race_result_id

),

final_laps as (

    select
        race_result_id,
        count(*) as lap_count
    from {{ rows_of_this_run(ref('laps')) }} as laps
    group by race_result_id

)

select
    staged.race_result_id as staged_race_result_id,
    final_laps.race_result_id,
    staged.lap_count as staged_lap_count,
    final_laps.lap_count
from staged
full join final_laps on staged.race_result_id = final_laps.race_result_id
where staged.lap_count is distinct from final_laps.lap_count
