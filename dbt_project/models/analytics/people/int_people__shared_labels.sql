{{ config(schema='intermediate', contract={'enforced': false}) }}

with

shared_labels as (

    select * from {{ ref('shared_labels') }}

),

normalized as (

    select
        {{ normalize_name('label') }} as normalized_name,
        label
    from shared_labels

),

-- Spellings of one label are one name.
final as (

    select
        normalized_name,
        min(label collate "C") as label
    from normalized
    where normalized_name is not null
    group by normalized_name

)

select * from final
