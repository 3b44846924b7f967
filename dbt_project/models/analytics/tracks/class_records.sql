with

class_day_bests as (

    select * from {{ ref('class_day_bests') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

driver_people as (

    select * from {{ ref('driver_people') }}

),

-- The best lap of a day counts for the day, for the month and for all time.
ranked_laps as (

    select
        class_day_bests.track_slug,
        coalesce(class_aliases.class_name, class_day_bests.class_name) as class_name,
        span.period,
        span.period_start,
        class_day_bests.best_lap,
        class_day_bests.practice_date,
        class_day_bests.race_id,
        class_day_bests.start_time,
        row_number() over (
            partition by
                class_day_bests.track_slug,
                coalesce(class_aliases.class_name, class_day_bests.class_name),
                span.period,
                span.period_start
            order by class_day_bests.best_lap, class_day_bests.start_time, class_day_bests.race_id
        ) as lap_rank
    from class_day_bests
    left join class_aliases on lower(class_day_bests.class_name) = lower(class_aliases.page_class_name)
    cross join lateral (
        values
        ('day', class_day_bests.practice_date),
        ('month', date_trunc('month', class_day_bests.practice_date)::date),
        ('ever', null::date)
    ) as span (period, period_start)

),

records as (

    select * from ranked_laps
    where lap_rank = 1

),

final as (

    select
        records.track_slug,
        records.class_name,
        records.period,
        records.period_start,
        records.best_lap,
        records.practice_date,
        records.start_time,
        records.race_id,
        driver_people.person_id,
        race_drivers.display_name as name_on_session
    from records
    inner join race_drivers on records.race_id = race_drivers.race_id
    left join driver_people
        on
            race_drivers.driver_id = driver_people.driver_id
            and records.track_slug = driver_people.track_slug
            and race_drivers.display_name = any(driver_people.spellings)

)

select * from final
