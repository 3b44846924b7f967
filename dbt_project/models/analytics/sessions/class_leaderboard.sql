with

sessions as (

    select * from {{ ref('sessions') }}
    where is_shared_label is not true

),

-- Rank 1 is the racer's session with the fastest lap. Equal laps: the earlier session.
ranked_sessions as (

    select
        *,
        row_number() over (
            racers_sessions order by best_lap nulls last, start_time, lpad(session_id, 20, '0')
        ) as session_rank,
        (count(*) over racers_sessions)::integer as sessions,
        (sum(laps) over racers_sessions)::integer as laps_in_class
    from sessions
    window racers_sessions as (partition by event_id, track_slug, practice_date, class_name, person_id, racer_id)

),

final as (

    select
        event_id,
        track_slug,
        practice_date,
        class_name,
        (rank() over (class_day order by best_lap))::integer as position,
        person_id,
        racer_id,
        racer_name,
        best_lap,
        best_lap_at,
        race_id,
        session_id,
        best_lap_number,
        (best_lap - min(best_lap) over class_day)::numeric(12, 3) as gap_to_first,
        (best_lap - lag(best_lap) over (class_day order by best_lap, racer_id))::numeric(12, 3) as gap_to_racer_ahead,
        sessions,
        laps_in_class as laps
    from ranked_sessions
    where session_rank = 1 and best_lap is not null
    window class_day as (partition by event_id, track_slug, practice_date, class_name)

)

select * from final
