{{ config(schema='intermediate', contract={'enforced': false}) }}

with recursive

named as (

    select * from {{ ref('int_people__same_name_at_track') }}

),

overrides as (

    select * from {{ ref('int_people__overrides') }}

),

same_transponder as (

    select * from {{ ref('int_people__same_transponder') }}

),

links as (

    select
        name_key,
        first_name_key as linked_name
    from same_transponder

    union all

    select
        first_name_key as name_key,
        name_key as linked_name
    from same_transponder

),

-- Follows links transitively: a person at three tracks may have used each transponder at two of them.
reached as (

    select
        name_key,
        name_key as linked_name
    from named

    union distinct

    select
        reached.name_key,
        links.linked_name
    from reached
    inner join links on reached.linked_name = links.name_key

),

groups as (

    select
        name_key,
        min(linked_name collate "C") as group_key
    from reached
    group by name_key

),

final as (

    select
        named.identity_id,
        groups.group_key,
        false as is_override
    from named
    inner join groups on named.name_key = groups.name_key

    union all

    select
        identity_id,
        'override|' || person_label as group_key,
        true as is_override
    from overrides

)

select * from final
