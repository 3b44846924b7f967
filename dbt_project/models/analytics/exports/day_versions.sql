{#-
    The version is the exclusive or of the hashes of all rows, which does not depend on their order. Tables are read in place
    instead of imported, because PostgreSQL materializes a CTE that is read twice.
-#}

with

-- What the sessions get from people, class_aliases and shared_labels, which are not rows of the day.
session_attributes as (

    select
        races.event_id,
        races.id as race_id,
        driver_people.person_id,
        person.person_name,
        class_aliases.class_name,
        shared_labels.normalized_name is not null as is_shared_label
    from {{ ref('races') }} as races
    inner join {{ ref('events') }} as events on races.event_id = events.id
    inner join {{ ref('race_drivers') }} as race_drivers on races.id = race_drivers.race_id
    left join {{ ref('driver_people') }} as driver_people
        on
            race_drivers.driver_id = driver_people.driver_id
            and events.track_id = driver_people.track_id
            and race_drivers.display_name = any(driver_people.spellings)
    -- The name as in `people`, which PostgreSQL would compute for all people: it joins only after grouping.
    left join lateral (
        select names.display_name as person_name
        from {{ ref('driver_people') }} as names
        where names.person_id = driver_people.person_id and names.normalized_name is not null
        order by names.last_started_at desc, names.display_name asc
        limit 1
    ) as person on true
    left join {{ ref('int_people__shared_labels') }} as shared_labels
        on driver_people.normalized_name = shared_labels.normalized_name
    left join {{ ref('class_aliases') }} as class_aliases
        on lower(races.class_name) = lower(class_aliases.page_class_name)

),

hashed_rows as (

    select
        events.id as event_id,
        hash_record_extended(events, 0) as row_hash
    from {{ ref('events') }} as events

    union all

    select
        events.id as event_id,
        hash_record_extended(tracks, 0) as row_hash
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

    union all

    select
        races.event_id,
        hash_record_extended(races, 0) as row_hash
    from {{ ref('races') }} as races

    union all

    select
        races.event_id,
        hash_record_extended(race_drivers, 0) as row_hash
    from {{ ref('races') }} as races
    inner join {{ ref('race_drivers') }} as race_drivers on races.id = race_drivers.race_id

    union all

    select
        races.event_id,
        hash_record_extended(race_results, 0) as row_hash
    from {{ ref('races') }} as races
    inner join {{ ref('race_results') }} as race_results on races.id = race_results.race_id

    union all

    select
        races.event_id,
        hash_record_extended(laps, 0) as row_hash
    from {{ ref('races') }} as races
    inner join {{ ref('race_results') }} as race_results on races.id = race_results.race_id
    inner join {{ ref('laps') }} as laps on race_results.id = laps.race_result_id

    union all

    select
        day_reconciliation.event_id,
        hash_record_extended(day_reconciliation, 0) as row_hash
    from {{ ref('day_reconciliation') }} as day_reconciliation

    union all

    select
        class_day_bests.event_id,
        hash_record_extended(class_day_bests, 0) as row_hash
    from {{ ref('class_day_bests') }} as class_day_bests

    union all

    select
        left_out_laps.event_id,
        hash_record_extended(left_out_laps, 0) as row_hash
    from {{ ref('int_sessions__left_out_laps') }} as left_out_laps

    union all

    select
        event_id,
        hash_record_extended(session_attributes, 0) as row_hash
    from session_attributes

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
