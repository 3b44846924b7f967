with

days as (

    select * from {{ ref('int_practice__days') }}

),

identities as (

    select * from {{ ref('int_practice__driver_identities') }}

),

touched_drivers as (

    select * from {{ ref('int_practice__touched_drivers') }}

),

race_drivers_so_far as (

    select * from {{ ref('stg_racing__race_drivers') }}

),

-- All sessions of the touched drivers: those of this run's days as it found them, the others as they stand.
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
        race_drivers_so_far.driver_id,
        race_drivers_so_far.source_driver_id,
        race_drivers_so_far.transponder_number,
        race_drivers_so_far.display_name,
        race_drivers_so_far.start_time as started_at,
        race_drivers_so_far.session_id
    from race_drivers_so_far
    inner join touched_drivers on race_drivers_so_far.driver_id = touched_drivers.driver_id
    where not exists (select from days where days.event_id = race_drivers_so_far.event_id)

),

-- The name of the latest session that has one; any name wins over none.
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
