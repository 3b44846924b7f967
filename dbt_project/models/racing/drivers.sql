{{ config(unique_key='id') }}

with

drivers as (

    select * from {{ ref('int_practice__drivers') }}

),

final as (

    select
        driver_id as id,
        'liverc' as source,
        source_driver_id,
        display_name,
        normalized_name,
        transponder_number,
        now() as created_at,
        now() as updated_at
    from drivers

)

select * from final
