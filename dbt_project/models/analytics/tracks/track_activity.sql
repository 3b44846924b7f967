with

races as (

    select * from {{ ref('races') }}
    where removed_at is null

),

events as (

    select * from {{ ref('events') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

race_results as (

    select * from {{ ref('race_results') }}

),

driver_people as (

    select * from {{ ref('driver_people') }}

),

sessions as (

    select
        tracks.source_track_slug as track_slug,
        date_trunc('month', events.event_date)::date as month,
        events.event_date as practice_date,
        driver_people.person_id,
        race_results.laps_completed as laps,
        race_results.total_time_seconds
    from races
    inner join events on races.event_id = events.id
    inner join tracks on events.track_id = tracks.id
    inner join race_drivers on races.id = race_drivers.race_id
    inner join race_results on race_drivers.id = race_results.race_driver_id
    left join driver_people
        on
            race_drivers.driver_id = driver_people.driver_id
            and events.track_id = driver_people.track_id
            and race_drivers.display_name = any(driver_people.spellings)

),

final as (

    select
        track_slug,
        month,
        count(distinct practice_date)::integer as days,
        count(*)::integer as sessions,
        sum(laps)::integer as laps,
        sum(total_time_seconds)::numeric(18, 3) as time_on_track_seconds,
        count(distinct person_id)::integer as people,
        (count(*) filter (where person_id is null))::integer as unidentified_sessions
    from sessions
    group by track_slug, month

)

select * from final
