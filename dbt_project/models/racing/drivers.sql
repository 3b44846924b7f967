{#
    Deletes no rows: a driver who has lost its last session is deleted when the batch is settled, after the sessions have
    gone to other drivers (scraper/transform/orphans.py).
#}
{{
    config(
        unique_key='id',
        batch_rows='id in (select driver_id from intermediate.int_practice__affected_drivers)'
    )
}}

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
