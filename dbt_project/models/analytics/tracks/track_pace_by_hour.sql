{#-
    An hour of a racer needs five laps, since a median of fewer says little. A racer's day needs two such hours: a racer of one
    hour has nothing to compare it with, and would only move the average towards 0.
-#}
{%- set fewest_laps = 5 -%}
{%- set fewest_hours = 2 -%}

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

laps as (

    select * from {{ ref('laps') }}
    where is_valid and lap_time_seconds is not null and finished_at is not null

),

driver_people as (

    select * from {{ ref('driver_people') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

-- Collects the laps in arrays, which are unnested below, so that each lap is read only once.
racer_days as (

    select
        tracks.source_track_slug as track_slug,
        races.event_id,
        coalesce(class_aliases.class_name, races.class_name) as class_name,
        coalesce(driver_people.person_id, race_drivers.driver_id) as racer_id,
        count(*)::integer as laps,
        array_agg(laps.lap_time_seconds order by laps.lap_time_seconds) as lap_times,
        array_agg(extract(hour from laps.finished_at)::integer order by laps.lap_time_seconds) as hours
    from races
    inner join events on races.event_id = events.id
    inner join tracks on events.track_id = tracks.id
    inner join race_drivers on races.id = race_drivers.race_id
    inner join race_results on race_drivers.id = race_results.race_driver_id
    inner join laps on race_results.id = laps.race_result_id
    left join class_aliases on lower(races.class_name) = lower(class_aliases.page_class_name)
    left join driver_people
        on
            race_drivers.driver_id = driver_people.driver_id
            and events.track_id = driver_people.track_id
            and race_drivers.display_name = any(driver_people.spellings)
    group by
        tracks.source_track_slug,
        races.event_id,
        coalesce(class_aliases.class_name, races.class_name),
        coalesce(driver_people.person_id, race_drivers.driver_id)

),

-- percentile_cont returns a float, which is not exact.
racer_hours as (

    select
        racer_days.track_slug,
        racer_days.event_id,
        racer_hour.hour,
        racer_hour.laps,
        (racer_days.lap_times[(racer_days.laps + 1) / 2] + racer_days.lap_times[racer_days.laps / 2 + 1])
        / 2 as median_of_day,
        (racer_hour.lap_times[(racer_hour.laps + 1) / 2] + racer_hour.lap_times[racer_hour.laps / 2 + 1])
        / 2 as median_of_hour,
        count(*) over (
            partition by racer_days.track_slug, racer_days.event_id, racer_days.class_name, racer_days.racer_id
        ) as hours
    from racer_days
    cross join lateral (
        select
            lap.hour,
            count(*)::integer as laps,
            array_agg(lap.lap_time order by lap.lap_time) as lap_times
        from unnest(racer_days.lap_times, racer_days.hours) as lap (lap_time, hour)
        group by lap.hour
        having count(*) >= {{ fewest_laps }}
    ) as racer_hour

),

final as (

    select
        track_slug,
        hour,
        count(distinct event_id)::integer as days,
        count(*)::integer as racer_days,
        sum(laps)::integer as laps,
        round(100 * avg(median_of_hour / nullif(median_of_day, 0) - 1), 3)::numeric(12, 3) as pace_percent
    from racer_hours
    where hours >= {{ fewest_hours }}
    group by track_slug, hour

)

select * from final
