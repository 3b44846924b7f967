with

sessions as (

    select * from {{ ref('sessions') }}

),

by_class as (

    select
        event_id,
        track_slug,
        practice_date,
        class_name,
        person_id,
        racer_id,
        max(racer_name) as racer_name,
        bool_or(is_shared_label) as is_shared_label,
        count(*)::integer as sessions,
        sum(laps)::integer as laps,
        sum(valid_laps)::integer as valid_laps,
        sum(time_on_track_seconds)::numeric(18, 3) as time_on_track_seconds,
        (array_agg(start_time order by session_of_day))[1] as first_start,
        (array_agg(end_time order by session_of_day desc))[1] as last_end,
        (array_agg(best_lap order by session_of_day) filter (where best_lap is not null))[1]::numeric(12, 3)
            as first_best_lap,
        min(best_lap)::numeric(12, 3) as best_lap,
        (array_agg(best_lap order by session_of_day desc) filter (where best_lap is not null))[1]::numeric(12, 3)
            as last_best_lap
    from sessions
    group by event_id, track_slug, practice_date, class_name, person_id, racer_id

),

with_improvement as (

    select
        *,
        (first_best_lap - best_lap)::numeric(12, 3) as improvement,
        round(100 * (first_best_lap - best_lap) / nullif(first_best_lap, 0), 3)::numeric(6, 3) as improvement_percent
    from by_class

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
    from with_improvement

)

select * from final
