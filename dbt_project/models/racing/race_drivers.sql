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
        identities.race_id,
        identities.driver_id,
        'liverc' as source,
        identities.source_driver_id,
        identities.display_name,
        identities.transponder_number,
        now() as created_at,
        now() as updated_at
    from identities
    {{ join_stored() }} races on identities.race_id = races.id
    {{ join_stored() }} drivers on identities.driver_id = drivers.id

)

select * from final
