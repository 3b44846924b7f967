{{ config(schema='intermediate', contract={'enforced': false}) }}

with

-- Drivers whose sessions changed.
affected_drivers as (

    select driver_id from {{ ref('int_practice__affected_drivers') }}

),

overrides as (

    select
        {{ natural_uuid('drivers', ["'liverc'", 'transponder_number']) }} as driver_id,
        {{ normalize_name('driver_name') }} as normalized_name
    from {{ ref('person_overrides') }}

),

-- An override affects the drivers that it matches now, and those that it matched in the previous batch.
final as (

    select driver_id from affected_drivers

    union distinct

    select driver_id from overrides
    where driver_id is not null

    union distinct

    select driver_id from {{ ref('int_previous__driver_people') }}
    where normalized_name = any(array(select overrides.normalized_name from overrides))

    union distinct

    select driver_id from {{ ref('int_previous__driver_people') }}
    where rule = 'override'

)

select * from final
