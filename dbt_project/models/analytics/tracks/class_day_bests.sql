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
        events.track_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

driver_people as (

    select * from {{ ref('driver_people') }}

),

shared_labels as (

    select * from {{ ref('int_people__shared_labels') }}

),

-- Equal laps: the earlier session. A shared label holds no record.
ranked_sessions as (

    select
        sessions.event_id,
        sessions.class_name,
        sessions.race_id,
        sessions.start_time,
        sessions.counted_best_lap as best_lap,
        row_number() over (
            partition by sessions.event_id, sessions.class_name
            order by sessions.counted_best_lap, sessions.start_time, sessions.race_id
        ) as session_rank
    from sessions
    inner join days on sessions.event_id = days.event_id
    -- A lateral join looks the driver up; `not exists` may read the identities of all drivers.
    cross join lateral (
        select count(*) as matches
        from driver_people
        where
            driver_people.driver_id = sessions.driver_id
            and driver_people.track_id = days.track_id
            and sessions.display_name = any(driver_people.spellings)
            and {{ is_shared_label('driver_people.normalized_name') }}
    ) as label
    where sessions.counted_best_lap is not null and label.matches = 0

),

day_bests as (

    select * from ranked_sessions
    where session_rank = 1

),

-- The best lap of the sessions that began earlier: what the best lap of the day has beaten.
previous_bests as (

    select distinct on (day_bests.event_id, day_bests.class_name)
        day_bests.event_id,
        day_bests.class_name,
        earlier.best_lap,
        earlier.race_id,
        earlier.start_time
    from day_bests
    inner join ranked_sessions as earlier
        on day_bests.event_id = earlier.event_id and day_bests.class_name = earlier.class_name
    where (earlier.start_time, earlier.race_id) < (day_bests.start_time, day_bests.race_id)
    order by day_bests.event_id, day_bests.class_name, earlier.session_rank

),

final as (

    select
        -- a surrogate key, because a class name may be too long for an index
        {{ natural_uuid('class_day_bests', ['day_bests.event_id', 'day_bests.class_name']) }} as id,
        day_bests.event_id,
        day_bests.class_name,
        days.track_slug,
        days.practice_date,
        day_bests.best_lap,
        day_bests.race_id,
        day_bests.start_time,
        previous_bests.best_lap as previous_best_lap,
        previous_bests.race_id as previous_race_id,
        previous_bests.start_time as previous_start_time
    from day_bests
    inner join days on day_bests.event_id = days.event_id
    left join previous_bests
        on day_bests.event_id = previous_bests.event_id and day_bests.class_name = previous_bests.class_name

)

select * from final
