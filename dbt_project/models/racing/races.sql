{#
    Rows of the batch go by the sessions that they are made from, and not by their day. A run of some models may have read
    a day again, and its sessions not: all races of the day would be deleted, and with them the only way from the page of
    a session to its day (scraper/transform/batches.py).
#}
{{
    config(
        unique_key='id',
        delete_rows=true,
        batch_rows='event_id in (select event_id from intermediate.int_practice__sessions)'
    )
}}

with

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

race_metadata as (

    select * from {{ ref('int_practice__race_metadata') }}

),

events as (

    select * from {{ ref('events') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

final as (

    select
        sessions.race_id as id,
        sessions.event_id,
        'liverc' as source,
        sessions.session_id as source_race_id,
        sessions.class_name,
        'Practice - ' || sessions.driver_name as race_label,
        null::integer as race_order,
        sessions.race_url,
        sessions.started_at as start_time,
        -- The end, less the length, shows which of two times it was that began when the clock was set back.
        {{ instant_near(
            'sessions.started_at',
            'tracks.time_zone',
            '(sessions.ended_at at time zone tracks.time_zone - make_interval(secs => sessions.length_seconds::float))'
        ) }} as start_time_utc,
        sessions.length_seconds as duration_seconds,
        'practiceday' as session_type,
        race_metadata.race_metadata,
        sessions.detail_status,
        sessions.removed_at,
        now() as created_at,
        now() as updated_at
    from sessions
    {{ join_parent() }} events on sessions.event_id = events.id
    {{ join_parent() }} tracks on events.track_id = tracks.id
    left join race_metadata on sessions.race_id = race_metadata.race_id

)

select * from final
