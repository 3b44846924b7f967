with

identities as (

    select * from {{ ref('int_people__identities') }}

),

names as (

    select * from {{ ref('int_people__same_name_at_track') }}

),

overrides as (

    select * from {{ ref('int_people__overrides') }}

),

groups as (

    select * from {{ ref('int_people__groups') }}

),

person_ids as (

    select * from {{ ref('int_people__person_ids') }}

),

ties as (

    select
        same_name,
        min(transponder_number) as transponder_number
    from (
        select
            same_name,
            transponder_number
        from {{ ref('int_people__same_transponder') }}
        union all
        select
            first_same_name as same_name,
            transponder_number
        from {{ ref('int_people__same_transponder') }}
    ) as both_ends
    group by same_name

),

-- Whoever has a name of his own or an override: the rule that says who it is, and the evidence.
final as (

    select
        groups.identity_id,
        person_ids.person_id,
        case
            when groups.is_override then 'override'
            when ties.same_name is not null then 'same_transponder'
            else 'same_name'
        end as rule,
        case
            when groups.is_override then overrides.evidence
            when ties.same_name is not null
                then 'this name on transponder ' || ties.transponder_number || ' at another track; ' || names.evidence
            else names.evidence
        end as evidence
    from groups
    inner join person_ids on groups.group_key = person_ids.group_key
    left join names on groups.identity_id = names.identity_id
    left join ties on names.same_name = ties.same_name
    left join overrides on groups.identity_id = overrides.identity_id

    union all

    -- Other names on the same transponders, whose persons this run leaves as they are.
    select
        identities.id as identity_id,
        identities.person_id_so_far as person_id,
        null as rule,
        null as evidence
    from identities
    where identities.is_settled

)

select * from final
