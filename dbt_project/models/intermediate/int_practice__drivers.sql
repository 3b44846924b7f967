with

days as (

    select * from {{ ref('int_practice__days') }}

),

identities as (

    select * from {{ ref('int_practice__driver_identities') }}

),

affected_drivers as (

    select * from {{ ref('int_practice__affected_drivers') }}

),

previous_race_drivers as (

    select * from {{ ref('int_previous__race_drivers') }}

),

-- All sessions of the affected drivers: those of the batch's days as derived now, the others as stored.
driver_sessions as (

    select
        driver_id,
        source_driver_id,
        transponder_number,
        display_name,
        started_at,
        session_id
    from identities

    union all

    select
        previous_race_drivers.driver_id,
        previous_race_drivers.source_driver_id,
        previous_race_drivers.transponder_number,
        previous_race_drivers.display_name,
        previous_race_drivers.start_time as started_at,
        previous_race_drivers.session_id
    from previous_race_drivers
    inner join affected_drivers on previous_race_drivers.driver_id = affected_drivers.driver_id
    where not exists (select from days where days.event_id = previous_race_drivers.event_id)

),

-- The name of the latest session that has one.
ranked_sessions as (

    select
        *,
        {{ is_name('display_name') }} as is_named,
        row_number() over (
            partition by driver_id
            order by
                {{ is_name('display_name') }} desc,
                started_at desc nulls last,
                lpad(session_id, 20, '0') desc,
                display_name
        ) as place
    from driver_sessions

),

final as (

    select
        driver_id,
        source_driver_id,
        transponder_number,
        case when is_named then display_name else 'Unknown Driver' end as display_name,
        case when is_named then {{ normalize_name('display_name') }} end as normalized_name
    from ranked_sessions
    where place = 1

)

select * from final
