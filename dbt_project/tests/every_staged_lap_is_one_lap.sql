-- Row parity for laps: the final schema has as many as the latest version of the session's page shows.
with

page_laps as (

    select * from {{ ref('int_practice__laps') }}

),

staged as (

    select
        race_result_id,
        count(*) as lap_count
    from page_laps
    group by race_result_id

),

final_laps as (

    select
        race_result_id,
        count(*) as lap_count
    from {{ batch_rows(ref('laps')) }} as laps
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
