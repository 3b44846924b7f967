{{ config(schema='intermediate', contract={'enforced': false}) }}

with

named as (

    select * from {{ ref('int_people__same_name_at_track') }}
    where transponder_number is not null

),

-- Rule `same_transponder`: one name on one transponder is one person at all tracks. Each track is linked to the first.
linked as (

    select
        name_key,
        transponder_number,
        first_value(name_key) over (partition by driver_id, normalized_name order by name_key) as first_name_key
    from named

),

final as (

    select
        name_key,
        first_name_key,
        min(transponder_number) as transponder_number
    from linked
    where name_key != first_name_key
    group by name_key, first_name_key

)

select * from final
