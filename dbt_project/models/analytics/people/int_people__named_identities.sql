{{ config(schema='intermediate', contract={'enforced': false}) }}

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

links as (

    select
        name_key,
        min(transponder_number) as transponder_number
    from (
        select
            name_key,
            transponder_number
        from {{ ref('int_people__same_transponder') }}
        union all
        select
            first_name_key as name_key,
            transponder_number
        from {{ ref('int_people__same_transponder') }}
    ) as both_ends
    group by name_key

),

-- Identities with a name or an override, with the rule that gave the person and its evidence.
final as (

    select
        groups.identity_id,
        person_ids.person_id,
        case
            when groups.is_override then 'override'
            when links.name_key is not null then 'same_transponder'
            else 'same_name'
        end as rule,
        case
            when groups.is_override then overrides.evidence
            when links.name_key is not null
                then 'this name on transponder ' || links.transponder_number || ' at another track; ' || names.evidence
            else names.evidence
        end as evidence
    from groups
    inner join person_ids on groups.group_key = person_ids.group_key
    left join names on groups.identity_id = names.identity_id
    left join links on names.name_key = links.name_key
    left join overrides on groups.identity_id = overrides.identity_id

    union all

    -- Other names on the same transponders, which keep their person.
    select
        identities.id as identity_id,
        identities.previous_person_id as person_id,
        null as rule,
        null as evidence
    from identities
    where identities.keeps_person

)

select * from final
