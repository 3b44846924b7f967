{{ config(materialized='working_set', goes_beside_tables=true) }}

-- Read after the final tables of this run have been written.
-- depends_on: {{ ref('int_practice__touched_drivers') }}
-- depends_on: {{ ref('person_overrides') }}

with

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

{% if has_people() and not is_full() -%}

    overrides as (

        select
            {{ natural_uuid('drivers', ["'liverc'", 'transponder_number']) }} as driver_id,
            {{ normalize_name('driver_name') }} as normalized_name
        from {{ ref('person_overrides') }}

    ),

    -- Drivers with a changed session; and those that an override matches, or did in the last run. Here and below an
    -- array and no join: how many a run touches PostgreSQL guesses too high, and would read everybody.
    changed_drivers as (

        select driver_id from {{ ref('int_practice__touched_drivers') }}

        union distinct

        select driver_id from overrides
        where driver_id is not null

        union distinct

        select driver_id from {{ people_so_far() }}
        where normalized_name = any(array(select overrides.normalized_name from overrides))

        union distinct

        select driver_id from {{ people_so_far() }}
        where rule = 'override'

    ),

{%- endif %}

-- What may be somebody: a session with a name or with a transponder.
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
    {% if has_people() and not is_full() -%}
        inner join changed_drivers on race_drivers.driver_id = changed_drivers.driver_id
    {%- endif %}
    where race_drivers.transponder_number is not null or {{ is_name('race_drivers.display_name') }}
    group by
        days.track_id,
        days.track_slug,
        race_drivers.driver_id,
        race_drivers.source_driver_id,
        race_drivers.transponder_number,
        race_drivers.display_name

),

normalized as (

    select
        *,
        case when {{ is_name('display_name') }} then {{ normalize_name('display_name') }} end as normalized_name
    from by_spelling

),

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

{% if has_people() and not is_full() -%}

    -- Whose names these are, and were: everybody of that name may become another person.
    changed_names as (

        select normalized_name from current_identities

        union distinct

        select normalized_name from {{ people_so_far() }}
        where driver_id = any(array(select changed_drivers.driver_id from changed_drivers))

    ),

    others_of_these_names as (

        select * from {{ people_so_far() }}
        where normalized_name = any(array(select changed_names.normalized_name from changed_names))

    ),

    -- With what else their transponders carry: other names, which stay who they are, and sessions without a name.
    others_of_these_transponders as (

        select * from {{ people_so_far() }}
        where
            driver_id = any(array(
                select current_identities.driver_id from current_identities
                union distinct
                select others_of_these_names.driver_id from others_of_these_names
            ))

    ),

    unchanged_identities as (

        select distinct on (others.id) others.*
        from (
            select
                *,
                false as is_settled
            from others_of_these_names
            union all
            select
                *,
                normalized_name is not null as is_settled
            from others_of_these_transponders
        ) as others
        where others.driver_id not in (select changed_drivers.driver_id from changed_drivers)
        order by others.id, others.is_settled

    ),

{%- endif %}

final as (

    select
        current_identities.*,
        identities_so_far.person_id as person_id_so_far,
        false as is_settled
    from current_identities
    left join {{ people_so_far() }} as identities_so_far on current_identities.id = identities_so_far.id

    {% if has_people() and not is_full() -%}

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
            person_id as person_id_so_far,
            is_settled
        from unchanged_identities

    {%- endif %}

)

select * from final
