{{ config(schema='intermediate', contract={'enforced': false}) }}

{#-
    Compares each lap with the driver's median of valid laps in the class on the day, under one name, since a transponder may
    be lent. The driver and not the person, so that a day's flags depend on that day alone. Laps of a steady racer vary by 3 %, so a difference of 10 % is no coincidence. Marshalling costs 20 % or more. A lap below 60 % of the median is only
    possible with a shortcut. A lap of two or three medians' time, give or take the 4 % by which laps vary, looks like two or
    three laps: the loop did not read the transponder in between. Drivers with few valid laps get no flags, because their
    median says little.
-#}
{%- set fewest_laps = 5 -%}
{#- The driver comes first, because PostgreSQL sorts by ids in a tenth of the time that names take. -#}
{%- set driver = 'driver_id, event_id, track_slug, practice_date, class_name, display_name' -%}

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

sessions as (

    select
        races.event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date,
        races.class_name,
        race_drivers.driver_id,
        race_drivers.display_name,
        race_results.id as race_result_id,
        races.source_race_id as session_id
    from races
    inner join events on races.event_id = events.id
    inner join tracks on events.track_id = tracks.id
    inner join race_drivers on races.id = race_drivers.race_id
    inner join race_results on race_drivers.id = race_results.race_driver_id

),

laps as (

    select * from {{ ref('laps') }}

),

-- Collects the laps in arrays, which are unnested below, so that each lap is read only once.
by_driver as (

    select
        {{ driver }},
        count(*) filter (where laps.is_valid)::integer as valid_laps,
        array_agg(laps.lap_time_seconds order by laps.lap_time_seconds) filter (where laps.is_valid) as valid_times,
        array_agg(laps.race_result_id order by laps.race_result_id, laps.lap_number) as race_result_ids,
        array_agg(sessions.session_id order by laps.race_result_id, laps.lap_number) as session_ids,
        array_agg(laps.lap_number order by laps.race_result_id, laps.lap_number) as lap_numbers,
        array_agg(laps.lap_time_seconds order by laps.race_result_id, laps.lap_number) as lap_times,
        array_agg(laps.is_valid order by laps.race_result_id, laps.lap_number) as validities
    from sessions
    inner join laps on sessions.race_result_id = laps.race_result_id
    where laps.lap_time_seconds is not null
    group by {{ driver }}

),

-- percentile_cont returns a float, which is not exact.
medians as (

    select
        *,
        (valid_times[(valid_laps + 1) / 2] + valid_times[valid_laps / 2 + 1]) / 2 as median_lap
    from by_driver
    where valid_laps >= {{ fewest_laps }}

),

compared as (

    select
        medians.event_id,
        medians.track_slug,
        medians.practice_date,
        medians.class_name,
        medians.driver_id,
        medians.display_name,
        lap.race_result_id,
        lap.session_id,
        lap.lap_number,
        lap.lap_time_seconds::numeric(12, 3) as lap_time_seconds,
        lap.is_valid,
        round(medians.median_lap, 3)::numeric(12, 3) as median_lap,
        share.of_median as share_of_median
    from medians
    cross join lateral unnest(
        medians.race_result_ids,
        medians.session_ids,
        medians.lap_numbers,
        medians.lap_times,
        medians.validities
    ) as lap (race_result_id, session_id, lap_number, lap_time_seconds, is_valid)
    -- `limit` lets PostgreSQL divide once for each lap, and not in each of the conditions below.
    cross join lateral (
        select round(lap.lap_time_seconds / medians.median_lap, 3)::numeric(12, 3) as of_median
        order by of_median
        limit 1
    ) as share

),

flagged as (

    select
        *,
        case
            when share_of_median < 0.6 then 'suspected_cut'
            when share_of_median < 0.9 then 'fast_outlier'
            when share_of_median between 1.92 and 2.08 or share_of_median between 2.88 and 3.12 then 'missed_reading'
            when share_of_median > 2 then 'suspected_stop'
            when share_of_median > 1.2 then 'suspected_crash'
            when share_of_median > 1.1 then 'slow_outlier'
        end as flag
    from compared

),

final as (

    select
        *,
        round(100 * share_of_median) || ' % of the driver''s median lap of ' || median_lap || ' s: '
        || case flag
            when 'suspected_cut' then 'below 60 %, as if part of the track were left out'
            when 'fast_outlier' then 'below 90 %, faster than usual'
            when 'missed_reading'
                then
                    'within 4 % of ' || case when share_of_median < 2.5 then 'two' else 'three' end
                    || ' laps'' time, as if a reading were missed'
            when 'suspected_stop' then 'above 200 %, as if stopped or in the pits'
            when 'suspected_crash' then 'above 120 %, as if marshalled after a crash'
            else 'above 110 %, slower than usual'
        end as explanation
    from flagged
    where flag is not null

)

select * from final
