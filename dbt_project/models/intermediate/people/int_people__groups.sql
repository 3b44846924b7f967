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

ties as (

    select
        same_name,
        first_same_name as tied_to
    from same_transponder

    union all

    select
        first_same_name as same_name,
        same_name as tied_to
    from same_transponder

),

-- Whoever is tied to somebody is tied to all of his: a person at three tracks may have shown each transponder at two.
reached as (

    select
        same_name,
        same_name as tied_to
    from named

    union distinct

    select
        reached.same_name,
        ties.tied_to
    from reached
    inner join ties on reached.tied_to = ties.same_name

),

groups as (

    select
        same_name,
        min(tied_to collate "C") as group_key
    from reached
    group by same_name

),

final as (

    select
        named.identity_id,
        groups.group_key,
        false as is_override
    from named
    inner join groups on named.same_name = groups.same_name

    union all

    select
        identity_id,
        'override|' || person_label as group_key,
        true as is_override
    from overrides

)

select * from final
