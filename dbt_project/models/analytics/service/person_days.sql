with

-- Without a comparison with others, so that a query for one person reads the sessions of that person only.
racer_days as (

    select * from {{ ref('int_sessions__racer_days') }}
    where person_id is not null

),

tracks as (

    select * from {{ ref('tracks') }}

),

final as (

    select
        racer_days.person_id,
        racer_days.event_id,
        racer_days.track_slug,
        coalesce(nullif(tracks.track_name, ''), racer_days.track_slug) as track_name,
        racer_days.practice_date,
        racer_days.class_name,
        racer_days.sessions,
        racer_days.laps,
        racer_days.valid_laps,
        racer_days.time_on_track_seconds,
        racer_days.first_best_lap,
        racer_days.best_lap,
        racer_days.best_race_id as race_id,
        racer_days.last_best_lap,
        racer_days.improvement,
        racer_days.improvement_percent,
        racer_days.best_consistency
    from racer_days
    inner join tracks on racer_days.track_slug = tracks.source_track_slug

)

select * from final
