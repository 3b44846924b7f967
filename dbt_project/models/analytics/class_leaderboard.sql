with

sessions as (

    select * from {{ ref('sessions') }}

),

-- The racer's sessions in the class on the day, the one with the fastest lap first.
placed_sessions as (

    select
        *,
        row_number() over (
            racers_sessions order by best_lap nulls last, start_time, lpad(session_id, 20, '0')
        ) as place,
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
        (rank() over (standing order by best_lap))::integer as position,
        person_id,
        racer_id,
        racer_name,
        best_lap,
        best_lap_at,
        race_id,
        session_id,
        best_lap_number,
        best_lap - min(best_lap) over standing as gap_to_first,
        best_lap - lag(best_lap) over (standing order by best_lap, racer_id) as gap_to_next,
        sessions,
        laps_in_class as laps
    from placed_sessions
    where place = 1 and best_lap is not null
    window standing as (partition by event_id, track_slug, practice_date, class_name)

)

select * from final
