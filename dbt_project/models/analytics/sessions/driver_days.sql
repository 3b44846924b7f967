with

racer_days as (

    select * from {{ ref('int_sessions__racer_days') }}

),

-- Compared in percent, because lap times of classes differ. A shared label wins nothing.
final as (

    select
        event_id,
        track_slug,
        practice_date,
        class_name,
        person_id,
        racer_id,
        racer_name,
        sessions,
        laps,
        valid_laps,
        time_on_track_seconds,
        first_start,
        last_end,
        first_best_lap,
        best_lap,
        last_best_lap,
        best_consistency,
        improvement,
        improvement_percent,
        coalesce(
            improvement > 0
            and is_shared_label is not true
            and improvement_percent = max(improvement_percent) filter (where is_shared_label is not true) over (
                partition by event_id, track_slug, practice_date
            ),
            false
        ) as is_most_improved
    from racer_days

)

select * from final
