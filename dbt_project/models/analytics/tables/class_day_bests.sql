{{
    config(
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

-- Of equal laps the first driven.
placed_sessions as (

    select
        *,
        row_number() over (partition by event_id, class_name order by best_lap, start_time, race_id) as place
    from sessions
    where best_lap is not null

),

final as (

    select
        -- a key of its own: a page may call a class what no index takes
        {{ natural_uuid('class_day_bests', ['placed_sessions.event_id', 'placed_sessions.class_name']) }} as id,
        placed_sessions.event_id,
        placed_sessions.class_name,
        days.track_slug,
        days.practice_date,
        placed_sessions.best_lap,
        placed_sessions.race_id,
        placed_sessions.start_time
    from placed_sessions
    inner join days on placed_sessions.event_id = days.event_id
    where placed_sessions.place = 1

)

select * from final
