{#- By lateral joins, so that a query for one day reads the laps of two days and not of all. -#}

with

class_day_bests as (

    select * from {{ ref('class_day_bests') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

class_days as (

    select
        class_day_bests.event_id,
        class_day_bests.track_slug,
        class_day_bests.practice_date,
        coalesce(class_aliases.class_name, class_day_bests.class_name) as class_name,
        min(class_day_bests.best_lap)::numeric(12, 3) as best_lap
    from class_day_bests
    left join class_aliases on lower(class_day_bests.class_name) = lower(class_aliases.page_class_name)
    group by
        class_day_bests.event_id,
        class_day_bests.track_slug,
        class_day_bests.practice_date,
        coalesce(class_aliases.class_name, class_day_bests.class_name)

),

with_previous_day as (

    select
        class_days.*,
        previous.event_id as previous_event_id,
        previous.practice_date as previous_practice_date,
        previous.best_lap as previous_best_lap
    from class_days
    left join lateral (
        select
            earlier.event_id,
            earlier.practice_date,
            min(earlier.best_lap) as best_lap
        from {{ ref('class_day_bests') }} as earlier
        left join {{ ref('class_aliases') }} as aliases on lower(earlier.class_name) = lower(aliases.page_class_name)
        where
            earlier.track_slug = class_days.track_slug
            and earlier.practice_date < class_days.practice_date
            and coalesce(aliases.class_name, earlier.class_name) = class_days.class_name
        group by earlier.event_id, earlier.practice_date
        order by earlier.practice_date desc
        limit 1
    ) as previous on true

),

final as (

    select
        days.event_id,
        days.track_slug,
        days.practice_date,
        days.class_name,
        own_sessions.drivers,
        own_sessions.sessions,
        own_sessions.laps,
        days.best_lap,
        round(own.median_lap, 3)::numeric(12, 3) as median_lap,
        days.previous_practice_date,
        {% for figure in ['drivers', 'sessions', 'laps'] -%}
            case
                when days.previous_event_id is not null
                    then own_sessions.{{ figure }} - previous_sessions.{{ figure }}
            end as {{ figure }}_change,
        {% endfor -%}
        (days.best_lap - days.previous_best_lap)::numeric(12, 3) as best_lap_change,
        (round(own.median_lap, 3) - round(previous.median_lap, 3))::numeric(12, 3) as median_lap_change
    from with_previous_day as days
    {% for figures, event_id in [('own', 'event_id'), ('previous', 'previous_event_id')] -%}
    cross join lateral (
        select
            count(distinct coalesce(driver_people.person_id, race_drivers.driver_id))::integer as drivers,
            count(*)::integer as sessions,
            sum(race_results.laps_completed)::integer as laps,
            array_agg(race_results.id) as race_result_ids
        from {{ ref('races') }} as races
        inner join {{ ref('race_drivers') }} as race_drivers on races.id = race_drivers.race_id
        inner join {{ ref('race_results') }} as race_results on race_drivers.id = race_results.race_driver_id
        left join {{ ref('class_aliases') }} as aliases on lower(races.class_name) = lower(aliases.page_class_name)
        left join {{ ref('driver_people') }} as driver_people
            on
                race_drivers.driver_id = driver_people.driver_id
                and days.track_slug = driver_people.track_slug
                and race_drivers.display_name = any(driver_people.spellings)
        where
            races.event_id = days.{{ event_id }}
            and races.removed_at is null
            and coalesce(aliases.class_name, races.class_name) = days.class_name
    ) as {{ figures }}_sessions
    cross join lateral (
        select (sorted.times[(sorted.valid_laps + 1) / 2] + sorted.times[sorted.valid_laps / 2 + 1]) / 2 as median_lap
        from (
            select
                count(*)::integer as valid_laps,
                array_agg(laps.lap_time_seconds order by laps.lap_time_seconds) as times
            from {{ ref('laps') }} as laps
            where
                laps.race_result_id = any({{ figures }}_sessions.race_result_ids)
                and laps.is_valid
                and laps.lap_time_seconds is not null
        ) as sorted
    ) as {{ figures }}
    {% endfor %}

)

select * from final
