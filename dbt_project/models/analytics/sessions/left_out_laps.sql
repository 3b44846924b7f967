with

left_out as (

    select * from {{ ref('int_sessions__left_out_laps') }}

),

races as (

    select * from {{ ref('races') }}
    where removed_at is null

),

race_results as (

    select * from {{ ref('race_results') }}

),

events as (

    select * from {{ ref('events') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

laps as (

    select * from {{ ref('laps') }}

),

-- Lap 0 stands for all laps of the session. The reason that is about the lap itself comes before it.
final as (

    select
        left_out.event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date,
        left_out.race_result_id,
        races.source_race_id as session_id,
        laps.lap_number,
        laps.lap_time_seconds,
        laps.is_valid,
        left_out.reason
    from left_out
    inner join laps on left_out.race_result_id = laps.race_result_id and left_out.lap_number in (0, laps.lap_number)
    inner join race_results on left_out.race_result_id = race_results.id
    inner join races on race_results.race_id = races.id
    inner join events on left_out.event_id = events.id
    inner join tracks on events.track_id = tracks.id
    where
        left_out.lap_number > 0
        or not exists (
            select from left_out as of_lap
            where of_lap.race_result_id = laps.race_result_id and of_lap.lap_number = laps.lap_number
        )

)

select * from final
