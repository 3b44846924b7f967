with

flagged_laps as (

    select * from {{ ref('int_sessions__flagged_laps') }}

),

class_aliases as (

    select * from {{ ref('class_aliases') }}

),

final as (

    select
        flagged_laps.event_id,
        flagged_laps.track_slug,
        flagged_laps.practice_date,
        coalesce(class_aliases.class_name, flagged_laps.class_name) as class_name,
        person.person_id,
        coalesce(person.person_id, flagged_laps.driver_id) as racer_id,
        flagged_laps.race_result_id,
        flagged_laps.session_id,
        flagged_laps.lap_number,
        flagged_laps.lap_time_seconds,
        flagged_laps.is_valid,
        flagged_laps.median_lap,
        flagged_laps.share_of_median,
        flagged_laps.flag,
        flagged_laps.explanation
    from flagged_laps
    left join class_aliases on lower(flagged_laps.class_name) = lower(class_aliases.page_class_name)
    -- `limit` keeps PostgreSQL, which expects fifty times as many flags as there are, from reading all people.
    left join lateral (
        select driver_people.person_id
        from {{ ref('driver_people') }} as driver_people
        where
            driver_people.driver_id = flagged_laps.driver_id
            and driver_people.track_slug = flagged_laps.track_slug
            and flagged_laps.display_name = any(driver_people.spellings)
        order by driver_people.person_id
        limit 1
    ) as person on true

)

select * from final
