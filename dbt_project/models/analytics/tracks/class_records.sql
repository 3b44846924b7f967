{#- Tables that are read twice are read in place: PostgreSQL materializes a CTE that is read twice. -#}

with

class_day_bests as (

    select * from {{ ref('class_day_bests') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

-- The best lap of each class on each day, and the one that it has beaten.
candidates as (

    select
        class_day_bests.track_slug,
        coalesce(class_aliases.class_name, class_day_bests.class_name) as class_name,
        class_day_bests.practice_date,
        lap.best_lap,
        lap.race_id,
        lap.start_time
    from class_day_bests
    left join class_aliases on lower(class_day_bests.class_name) = lower(class_aliases.page_class_name)
    cross join lateral (
        values
        (class_day_bests.best_lap, class_day_bests.race_id, class_day_bests.start_time),
        (class_day_bests.previous_best_lap, class_day_bests.previous_race_id, class_day_bests.previous_start_time)
    ) as lap (best_lap, race_id, start_time)
    where lap.best_lap is not null

),

-- A lap counts for its day, for the month and for all time.
ranked_laps as (

    select
        candidates.*,
        span.period,
        span.period_start,
        row_number() over fastest_first as lap_rank,
        first_value(candidates.race_id) over fastest_first as record_race_id,
        first_value(candidates.start_time) over fastest_first as record_start_time
    from candidates
    cross join lateral (
        values
        ('day', candidates.practice_date),
        ('month', date_trunc('month', candidates.practice_date)::date),
        ('ever', null::date)
    ) as span (period, period_start)
    window fastest_first as (
        partition by candidates.track_slug, candidates.class_name, span.period, span.period_start
        order by candidates.best_lap, candidates.start_time, candidates.race_id
    )

),

-- The record is the first of a period's laps by rank; what it has beaten is the first of those that began earlier.
laps_up_to_the_record as (

    select
        *,
        lap_rank = 1 as is_record,
        row_number() over (
            partition by track_slug, class_name, period, period_start, lap_rank = 1 order by lap_rank
        ) as rank_of_its_kind
    from ranked_laps
    where lap_rank = 1 or (start_time, race_id) < (record_start_time, record_race_id)

),

-- Ranked once more, so that PostgreSQL needs no join of laps with laps.
records as (

    select
        *,
        lead(best_lap) over record_first as previous_best_lap,
        lead(practice_date) over record_first as previous_practice_date,
        lead(race_id) over record_first as previous_race_id
    from laps_up_to_the_record
    where rank_of_its_kind = 1
    window record_first as (partition by track_slug, class_name, period, period_start order by lap_rank)

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
        race_drivers.display_name as name_on_session,
        records.previous_best_lap,
        (records.previous_best_lap - records.best_lap)::numeric(12, 3) as gain_on_previous_best,
        records.previous_practice_date,
        records.previous_race_id,
        previous_people.person_id as previous_person_id,
        previous_drivers.display_name as previous_name_on_session
    from records
    inner join {{ ref('race_drivers') }} as race_drivers on records.race_id = race_drivers.race_id
    left join {{ ref('driver_people') }} as driver_people
        on
            race_drivers.driver_id = driver_people.driver_id
            and records.track_slug = driver_people.track_slug
            and race_drivers.display_name = any(driver_people.spellings)
    left join {{ ref('race_drivers') }} as previous_drivers on records.previous_race_id = previous_drivers.race_id
    left join {{ ref('driver_people') }} as previous_people
        on
            previous_drivers.driver_id = previous_people.driver_id
            and records.track_slug = previous_people.track_slug
            and previous_drivers.display_name = any(previous_people.spellings)
    where records.is_record

)

select * from final
