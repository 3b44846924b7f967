{#- PostgreSQL pushes a filter on these columns through the windows below, down to the tables. -#}
{%- set racer = 'person_id, track_slug, class_name' -%}

with

sessions as (

    select * from {{ ref('int_reconciliation__our_sessions') }}

),

events as (

    select * from {{ ref('events') }}

),

driver_people as (

    select * from {{ ref('driver_people') }}

),

shared_labels as (

    select * from {{ ref('int_people__shared_labels') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

-- A lateral join reads the sessions driver by driver, so a query for one person reads those of the person alone.
-- PostgreSQL does not search the orders of as many tables as a plain join would have here.
driver_day_bests as (

    select
        driver_people.person_id,
        driver_people.track_slug,
        best.*
    from driver_people
    cross join lateral (
        select distinct on (coalesce(class_aliases.class_name, sessions.class_name), sessions.event_id)
            coalesce(class_aliases.class_name, sessions.class_name) as class_name,
            events.event_date as practice_date,
            sessions.event_id,
            sessions.race_id,
            sessions.start_time,
            sessions.display_name as name_on_session,
            sessions.counted_best_lap::numeric(12, 3) as best_lap
        from sessions
        inner join events on sessions.event_id = events.id
        left join class_aliases on lower(sessions.class_name) = lower(class_aliases.page_class_name)
        where
            sessions.driver_id = driver_people.driver_id
            and events.track_id = driver_people.track_id
            and sessions.display_name = any(driver_people.spellings)
            and sessions.counted_best_lap is not null
        order by
            coalesce(class_aliases.class_name, sessions.class_name) asc,
            sessions.event_id asc,
            sessions.counted_best_lap asc,
            sessions.start_time asc,
            sessions.race_id asc
    ) as best
    where
        driver_people.person_id is not null
        and {{ is_shared_label('driver_people.normalized_name') }} is not true

),

-- Equal laps: the earlier session.
day_bests as (

    select distinct on (person_id, track_slug, class_name, practice_date) *
    from driver_day_bests
    order by
        person_id asc, track_slug asc, class_name asc, practice_date asc, best_lap asc, start_time asc, race_id asc

),

with_earlier_best as (

    select
        *,
        min(best_lap) over (
            partition by {{ racer }} order by practice_date rows between unbounded preceding and 1 preceding
        ) as earlier_best_lap
    from day_bests

),

-- The first day, and each day that beats all before it. So each of them beats the one before it.
fastest_so_far as (

    select
        *,
        lag(practice_date) over racers_days as previous_practice_date,
        lag(race_id) over racers_days as previous_race_id
    from with_earlier_best
    where earlier_best_lap is null or best_lap < earlier_best_lap
    window racers_days as (partition by {{ racer }} order by practice_date)

),

final as (

    select
        person_id,
        track_slug,
        class_name,
        practice_date,
        event_id,
        race_id,
        start_time,
        name_on_session,
        best_lap,
        earlier_best_lap::numeric(12, 3) as previous_best_lap,
        (earlier_best_lap - best_lap)::numeric(12, 3) as gain_on_previous_best,
        previous_practice_date,
        previous_race_id
    from fastest_so_far
    where earlier_best_lap is not null

)

select * from final
