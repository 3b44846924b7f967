{{
    config(
        materialized='incremental',
        unique_key='id',
        delete_rows=true,
        indexes=[{'columns': ['event_id']}, {'columns': ['track_slug', 'practice_date']}]
    )
}}

with

sessions as (

    select * from {{ ref('int_reconciliation__our_sessions') }}
    where {{ is_day_to_derive() }}

),

days as (

    select
        events.id as event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

-- Equal laps: the earlier session.
ranked_sessions as (

    select
        *,
        row_number() over (partition by event_id, class_name order by best_lap, start_time, race_id) as session_rank
    from sessions
    where best_lap is not null

),

final as (

    select
        -- a surrogate key, because a class name may be too long for an index
        {{ natural_uuid('class_day_bests', ['ranked_sessions.event_id', 'ranked_sessions.class_name']) }} as id,
        ranked_sessions.event_id,
        ranked_sessions.class_name,
        days.track_slug,
        days.practice_date,
        ranked_sessions.best_lap,
        ranked_sessions.race_id,
        ranked_sessions.start_time
    from ranked_sessions
    inner join days on ranked_sessions.event_id = days.event_id
    where ranked_sessions.session_rank = 1

)

select * from final
