{#- PostgreSQL pushes filters on these columns through the windows below, down to the tables. -#}
{%- set racer = 'event_id, track_slug, practice_date, person_id, racer_id' -%}
{#- Instants, because a clock may be set back or forward. Without a time zone as if the wall clock were in UTC. -#}
{%- set started = "coalesce(start_time_utc, start_time at time zone 'UTC')" -%}
{%- set ended = "coalesce(end_time_utc, end_time at time zone 'UTC')" -%}
{%- set length = "make_interval(secs => race_results.total_time_seconds::float)" -%}

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

shared_labels as (

    select * from {{ ref('int_people__shared_labels') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

-- While the session page is not captured, the figures are those of the day's list, if it prints them.
joined as (

    select
        races.id as race_id,
        race_results.id as race_result_id,
        races.event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date,
        races.source_race_id as session_id,
        driver_people.person_id,
        coalesce(driver_people.person_id, race_drivers.driver_id) as racer_id,
        race_drivers.driver_id,
        coalesce(person.person_name, race_drivers.display_name) as racer_name,
        race_drivers.display_name as name_on_session,
        {{ is_shared_label('driver_people.normalized_name') }} as is_shared_label,
        race_drivers.transponder_number,
        coalesce(class_aliases.class_name, races.class_name) as class_name,
        races.class_name as page_class_name,
        races.start_time,
        races.start_time_utc,
        ended.end_time,
        {{ instant_near('ended.end_time', 'tracks.time_zone', '(races.start_time_utc + ' ~ length ~ ')') }}
            as end_time_utc,
        race_results.total_time_seconds as time_on_track_seconds,
        races.detail_status,
        case
            when races.detail_status = 'captured' then statistics.lap_count else race_results.laps_completed
        end::integer as laps,
        case when races.detail_status = 'captured' then statistics.valid_lap_count end::integer as valid_laps,
        case when races.detail_status = 'captured' then statistics.left_out_lap_count end::integer as left_out_laps,
        case
            when races.detail_status = 'captured' then statistics.counted_fastest
            when statistics.is_left_out is not true then race_results.fast_lap_time
        end::numeric(12, 3) as best_lap,
        statistics.best_lap_number,
        statistics.best_lap_at,
        case
            when races.detail_status = 'captured' then round(statistics.valid_average, 3) else race_results.avg_lap_time
        end::numeric(12, 3) as average_lap,
        statistics.counted_top_3_consecutive::numeric(12, 3) as best_3_consecutive,
        statistics.counted_top_5_consecutive::numeric(12, 3) as best_5_consecutive,
        round(statistics.valid_std_deviation, 3)::numeric(12, 3) as std_deviation,
        round(statistics.valid_consistency, 3)::numeric(12, 3) as consistency
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
    -- `limit` keeps the statistics one relation: PostgreSQL orders only eight by what a filter leaves of each, and with
    -- all relations of the statistics it would not begin with the identities of a person.
    cross join lateral (
        select own.*
        from {{ ref('int_sessions__lap_statistics') }} as own
        where own.race_result_id = race_results.id
        order by own.race_result_id
        limit 1
    ) as statistics
    cross join lateral (
        select
            coalesce(
                statistics.last_lap_at,
                (races.start_time_utc + {{ length }}) at time zone tracks.time_zone,
                races.start_time + {{ length }}
            ) as end_time
    ) as ended
    left join lateral (
        select names.display_name as person_name
        from {{ ref('driver_people') }} as names
        where names.person_id = driver_people.person_id and names.normalized_name is not null
        order by names.last_started_at desc, names.display_name asc
        limit 1
    ) as person on true
    left join class_aliases on lower(races.class_name) = lower(class_aliases.page_class_name)

),

final as (

    select
        *,
        (row_number() over racers_day)::integer as session_of_day,
        extract(epoch from {{ started }} - lag({{ ended }}) over racers_day)::integer as seconds_since_last_session,
        (min(best_lap) over earlier_in_class - best_lap)::numeric(12, 3) as gain_on_previous_best
    from joined
    window
        racers_day as (partition by {{ racer }} order by {{ started }}, lpad(session_id, 20, '0')),
        earlier_in_class as (
            partition by {{ racer }}, class_name
            order by {{ started }}, lpad(session_id, 20, '0')
            rows between unbounded preceding and 1 preceding
        )

)

select * from final
