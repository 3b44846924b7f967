{{ config(schema='intermediate', contract={'enforced': false}) }}

with

identities as (

    select * from {{ ref('int_people__identities') }}

),

members as (

    select
        groups.group_key,
        groups.is_override,
        identities.id,
        identities.previous_person_id,
        identities.first_started_at,
        case
            when identities.normalized_name is not null
                then {{ natural_uuid('people', ['identities.track_slug', 'identities.normalized_name']) }}
        end as name_id,
        {{ natural_uuid('people', ["''", 'groups.group_key']) }} as group_id
    from {{ ref('int_people__groups') }} as groups
    inner join identities on groups.identity_id = identities.id

),

-- The id of a person is made from a name at a track. If overrides split a name into several groups, one of them gets
-- the id: the group without override, else the group that had the id, else the group with the earliest session.
ranked_claims as (

    select
        group_key,
        name_id as person_id,
        min(first_started_at) as first_started_at,
        row_number() over (
            partition by name_id
            order by
                is_override,
                bool_and(previous_person_id is distinct from name_id),
                min(first_started_at) nulls last,
                group_key collate "C"
        ) as claim_rank
    from members
    where name_id is not null
    group by group_key, is_override, name_id

),

candidates as (

    select
        group_key,
        person_id,
        first_started_at,
        false as is_fallback
    from ranked_claims
    where claim_rank = 1

    union all

    select
        group_key,
        group_id as person_id,
        min(first_started_at) as first_started_at,
        true as is_fallback
    from members
    group by group_key, group_id

),

previous_ids as (

    select distinct
        group_key,
        previous_person_id
    from members

),

-- The oldest id that the person already has; for a new person the id of the name that was seen first.
ranked_candidates as (

    select
        candidates.group_key,
        candidates.person_id,
        row_number() over (
            partition by candidates.group_key
            order by
                previous_ids.previous_person_id is null,
                candidates.is_fallback,
                candidates.first_started_at nulls last,
                candidates.person_id
        ) as candidate_rank
    from candidates
    left join previous_ids
        on
            candidates.group_key = previous_ids.group_key
            and candidates.person_id = previous_ids.previous_person_id

),

final as (

    select
        group_key,
        person_id
    from ranked_candidates
    where candidate_rank = 1

)

select * from final
