{#- Hashes put together by exclusive or: in whatever order they come, and so that one row's change changes the day's. -#}

with

events as (

    select * from {{ ref('events') }}

),

races as (

    select * from {{ ref('races') }}

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

race_results as (

    select * from {{ ref('race_results') }}

),

laps as (

    select * from {{ ref('laps') }}

),

day_reconciliation as (

    select * from {{ ref('day_reconciliation') }}

),

class_day_bests as (

    select * from {{ ref('class_day_bests') }}

),

driver_people as (

    select * from {{ ref('driver_people') }}

),

people as (

    select * from {{ ref('people') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

-- What lies in no row of the day: whom its sessions are taken for, and what their classes are counted under.
sessions_told as (

    select
        races.event_id,
        races.id as race_id,
        driver_people.person_id,
        people.person_name,
        class_aliases.class_name
    from races
    inner join events on races.event_id = events.id
    inner join race_drivers on races.id = race_drivers.race_id
    left join driver_people
        on
            race_drivers.driver_id = driver_people.driver_id
            and events.track_id = driver_people.track_id
            and race_drivers.display_name = any(driver_people.spellings)
    left join people on driver_people.person_id = people.person_id
    left join class_aliases on lower(races.class_name) = lower(class_aliases.page_class_name)

),

hashed_rows as (

    select
        id as event_id,
        hash_record_extended(events, 0) as row_hash
    from events

    union all

    select
        event_id,
        hash_record_extended(races, 0) as row_hash
    from races

    union all

    select
        races.event_id,
        hash_record_extended(race_drivers, 0) as row_hash
    from races
    inner join race_drivers on races.id = race_drivers.race_id

    union all

    select
        races.event_id,
        hash_record_extended(race_results, 0) as row_hash
    from races
    inner join race_results on races.id = race_results.race_id

    union all

    select
        races.event_id,
        hash_record_extended(laps, 0) as row_hash
    from races
    inner join race_results on races.id = race_results.race_id
    inner join laps on race_results.id = laps.race_result_id

    union all

    select
        event_id,
        hash_record_extended(day_reconciliation, 0) as row_hash
    from day_reconciliation

    union all

    select
        event_id,
        hash_record_extended(class_day_bests, 0) as row_hash
    from class_day_bests

    union all

    select
        event_id,
        hash_record_extended(sessions_told, 0) as row_hash
    from sessions_told

),

by_day as (

    select
        event_id,
        bit_xor(row_hash) as version
    from hashed_rows
    group by event_id

),

final as (

    select
        by_day.event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date,
        by_day.version
    from by_day
    inner join {{ ref('events') }} as events on by_day.event_id = events.id
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

)

select * from final
