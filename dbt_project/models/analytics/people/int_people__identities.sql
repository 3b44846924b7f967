{{
    config(
        schema='intermediate',
        contract={'enforced': false},
        materialized='batch_table'
    )
}}

{#-
    Conditions on int_previous__driver_people compare with arrays: PostgreSQL overestimates the number of affected drivers
    and would answer a join by reading the whole table. It is read in place, because a CTE that is read twice is
    materialized as a whole.
-#}

with

affected_drivers as (

    select * from {{ ref('int_people__affected_drivers') }}

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

races as (

    select * from {{ ref('races') }}

),

days as (

    select
        events.id as event_id,
        events.track_id,
        tracks.source_track_slug as track_slug
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

by_spelling as (

    select
        days.track_id,
        days.track_slug,
        race_drivers.driver_id,
        race_drivers.source_driver_id,
        race_drivers.transponder_number,
        race_drivers.display_name,
        count(*) as sessions,
        min(races.start_time) as first_started_at,
        max(races.start_time) as last_started_at,
        (array_agg(races.source_race_id order by races.start_time, lpad(races.source_race_id, 20, '0')))[1]
            as first_session_id
    from race_drivers
    inner join races on race_drivers.race_id = races.id
    inner join days on races.event_id = days.event_id
    inner join affected_drivers on race_drivers.driver_id = affected_drivers.driver_id
    group by
        days.track_id,
        days.track_slug,
        race_drivers.driver_id,
        race_drivers.source_driver_id,
        race_drivers.transponder_number,
        race_drivers.display_name

),

shared_labels as (

    select * from {{ ref('int_people__shared_labels') }}

),

normalized as (

    select
        *,
        case when {{ is_name('display_name') }} then {{ normalize_name('display_name') }} end as normalized_name
    from by_spelling

),

-- Sessions with neither a name nor a transponder have no identity.
current_identities as (

    select
        {{ natural_uuid('driver_people', ['track_slug', "coalesce(normalized_name, '')", 'source_driver_id']) }} as id,
        track_id,
        track_slug,
        driver_id,
        transponder_number,
        normalized_name,
        (array_agg(display_name order by last_started_at desc, display_name asc))[1] as display_name,
        array_agg(display_name order by display_name) as spellings,
        (array_agg(first_session_id order by first_started_at, lpad(first_session_id, 20, '0')))[1] as first_session_id,
        min(first_started_at) as first_started_at,
        max(last_started_at) as last_started_at,
        sum(sessions)::integer as sessions
    from normalized
    where transponder_number is not null or normalized_name is not null
    group by track_id, track_slug, driver_id, source_driver_id, transponder_number, normalized_name

),

-- Names that affected drivers have or had. Everybody with such a name may become another person. A shared label links
-- nobody, and may be on thousands of sessions.
affected_names as (

    select names.normalized_name
    from (
        select normalized_name from current_identities

        union distinct

        select normalized_name from {{ ref('int_previous__driver_people') }}
        where driver_id = any(array(select affected_drivers.driver_id from affected_drivers))
    ) as names
    where not {{ is_shared_label('names.normalized_name') }}

),

with_affected_name as (

    select * from {{ ref('int_previous__driver_people') }}
    where normalized_name = any(array(select affected_names.normalized_name from affected_names))

),

-- Other identities on the same transponders: sessions without a name get a person again, other names keep theirs.
with_shared_transponder as (

    select * from {{ ref('int_previous__driver_people') }}
    where
        driver_id = any(array(
            select current_identities.driver_id from current_identities
            union distinct
            select with_affected_name.driver_id from with_affected_name
        ))

),

unchanged_identities as (

    select distinct on (candidates.id) candidates.*
    from (
        select
            *,
            false as keeps_person
        from with_affected_name
        union all
        select
            *,
            normalized_name is not null as keeps_person
        from with_shared_transponder
    ) as candidates
    where candidates.driver_id not in (select affected_drivers.driver_id from affected_drivers)
    order by candidates.id, candidates.keeps_person

),

final as (

    select
        current_identities.*,
        previous.person_id as previous_person_id,
        false as keeps_person
    from current_identities
    left join {{ ref('int_previous__driver_people') }} as previous on current_identities.id = previous.id

    union all

    select
        id,
        track_id,
        track_slug,
        driver_id,
        transponder_number,
        normalized_name,
        display_name,
        spellings,
        first_session_id,
        first_started_at,
        last_started_at,
        sessions,
        person_id as previous_person_id,
        keeps_person
    from unchanged_identities

)

select * from final
