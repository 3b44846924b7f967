{{
    config(
        unique_key='id',
        delete_rows=true,
        pre_hook="{{ note_drivers_so_far(ref('int_practice__touched_drivers'), ref('int_practice__sessions'), this) }}",
        post_hook="{{ delete_drivers_without_sessions(ref('drivers'), this) }}"
    )
}}

with

identities as (

    select * from {{ ref('int_practice__driver_identities') }}

),

races as (

    select * from {{ ref('races') }}

),

drivers as (

    select * from {{ ref('drivers') }}

),

final as (

    select
        identities.race_driver_id as id,
        races.id as race_id,
        drivers.id as driver_id,
        'liverc' as source,
        identities.source_driver_id,
        identities.display_name,
        identities.transponder_number,
        now() as created_at,
        now() as updated_at
    from identities
    inner join races on identities.race_id = races.id
    inner join drivers on identities.driver_id = drivers.id

)

select * from final
