{{ config(unique_key=['race_result_id', 'lap_number'], delete_rows=true) }}

with

laps as (

    select * from {{ ref('int_practice__laps') }}

),

race_results as (

    select * from {{ ref('race_results') }}

),

final as (

    select
        laps.race_result_id,
        laps.lap_number,
        null::integer as position_on_lap,
        laps.lap_time_text as lap_time_raw,
        laps.lap_time_seconds,
        null::text as pace_string,
        laps.elapsed_seconds as elapsed_race_time,
        null::jsonb as segments_json,
        laps.is_valid,
        laps.finished_at
    from laps
    {{ join_stored() }} race_results on laps.race_result_id = race_results.id

)

select * from final
