{#
    Rows of the batch go by both tables that `int_practice__laps` is made from. By the identities alone a run of some
    models, in which the two are of different batches and have no session in common, would delete the laps of days that
    are not queued.
#}
{{
    config(
        unique_key=['race_result_id', 'lap_number'],
        delete_rows=true,
        batch_rows='race_result_id in (
            select identities.race_result_id
            from intermediate.int_practice__driver_identities as identities
            inner join intermediate.int_practice__sessions as sessions on identities.race_id = sessions.race_id
        )'
    )
}}

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
    {{ join_parent() }} race_results on laps.race_result_id = race_results.id

)

select * from final
