{{ config(materialized='working_set', keeps_rows=true) }}

with

identities as (

    select * from {{ ref('int_practice__driver_identities') }}

),

race_drivers_so_far as (

    select * from {{ ref('stg_racing__race_drivers') }}

),

final as (

    select
        driver_id,
        source_driver_id
    from identities

    union distinct

    -- Whom the same sessions belonged to before this run: they may have lost one, or their name with it.
    select
        race_drivers_so_far.driver_id,
        race_drivers_so_far.source_driver_id
    from race_drivers_so_far
    inner join identities on race_drivers_so_far.race_id = identities.race_id

)

select * from final
