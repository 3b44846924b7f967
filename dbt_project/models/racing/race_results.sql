{{
    config(
        unique_key='id',
        delete_rows=true,
        batch_rows='race_id in (select race_id from intermediate.int_practice__sessions)'
    )
}}

with

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

identities as (

    select * from {{ ref('int_practice__driver_identities') }}

),

race_metadata as (

    select * from {{ ref('int_practice__race_metadata') }}

),

laps as (

    select * from {{ ref('int_practice__laps') }}

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

-- The sum is null if a lap has no readable time.
lap_sums as (

    select
        race_result_id,
        case
            when bool_and(lap_time_seconds is not null) and sum(lap_time_seconds) < {{ too_many_seconds() }}
                then sum(lap_time_seconds)
        end as total_seconds
    from laps
    group by race_result_id

),

final as (

    select
        identities.race_result_id as id,
        identities.race_id,
        identities.race_driver_id,
        1 as position_final,
        sessions.lap_count as laps_completed,
        sessions.length_text as total_time_raw,
        coalesce(lap_sums.total_seconds, sessions.length_seconds)::numeric(12, 3) as total_time_seconds,
        sessions.fast_lap_seconds as fast_lap_time,
        sessions.avg_lap_seconds as avg_lap_time,
        sessions.consistency,
        null::integer as qualifying_position,
        null::numeric(12, 3) as seconds_behind,
        race_metadata.session_statistics as raw_fields_json,
        now() as created_at,
        now() as updated_at
    from sessions
    inner join identities on sessions.race_id = identities.race_id
    {{ join_parent() }} race_drivers on identities.race_driver_id = race_drivers.id
    left join race_metadata on sessions.race_id = race_metadata.race_id
    left join lap_sums on identities.race_result_id = lap_sums.race_result_id

)

select * from final
