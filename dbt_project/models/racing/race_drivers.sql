{{
    config(
        unique_key='id',
        delete_rows=true,
        batch_rows='race_id in (select race_id from intermediate.int_practice__driver_identities)'
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
    {{ join_parent() }} races on identities.race_id = races.id
    {{ join_parent() }} drivers on identities.driver_id = drivers.id

)

select * from final
