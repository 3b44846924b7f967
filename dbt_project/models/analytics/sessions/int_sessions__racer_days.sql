{{ config(schema='intermediate', contract={'enforced': false}) }}

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
        (array_agg(race_id order by best_lap, session_of_day) filter (where best_lap is not null))[1] as best_race_id,
        (array_agg(best_lap order by session_of_day desc) filter (where best_lap is not null))[1]::numeric(12, 3)
            as last_best_lap,
        -- Two laps are consistent by chance.
        (max(consistency) filter (where valid_laps >= 5))::numeric(12, 3) as best_consistency
    from sessions
    group by event_id, track_slug, practice_date, class_name, person_id, racer_id

),

final as (

    select
        *,
        (first_best_lap - best_lap)::numeric(12, 3) as improvement,
        round(100 * (first_best_lap - best_lap) / nullif(first_best_lap, 0), 3)::numeric(6, 3) as improvement_percent
    from by_class

)

select * from final
