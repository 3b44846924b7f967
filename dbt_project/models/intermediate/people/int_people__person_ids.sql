with

identities as (

    select * from {{ ref('int_people__identities') }}

),

members as (

    select
        groups.group_key,
        groups.is_override,
        identities.id,
        identities.person_id_so_far,
        identities.first_started_at,
        case
            when identities.normalized_name is not null
                then {{ natural_uuid('people', ['identities.track_slug', 'identities.normalized_name']) }}
        end as name_id,
        {{ natural_uuid('people', ["''", 'groups.group_key']) }} as group_id
    from {{ ref('int_people__groups') }} as groups
    inner join identities on groups.identity_id = identities.id

),

-- A name at a track gives a person an id. Where an override divides a name, one part has it: the part without override,
-- else the one that had it, else the one that was there first.
ranked_claims as (

    select
        group_key,
        name_id as person_id,
        min(first_started_at) as first_started_at,
        row_number() over (
            partition by name_id
            order by
                is_override,
                bool_and(person_id_so_far is distinct from name_id),
                min(first_started_at) nulls last,
                group_key collate "C"
        ) as place
    from members
    where name_id is not null
    group by group_key, is_override, name_id

),

candidates as (

    select
        group_key,
        person_id,
        first_started_at,
        false as is_last_resort
    from ranked_claims
    where place = 1

    union all

    select
        group_key,
        group_id as person_id,
        min(first_started_at) as first_started_at,
        true as is_last_resort
    from members
    group by group_key, group_id

),

ids_so_far as (

    select distinct
        group_key,
        person_id_so_far
    from members

),

-- The elder of the ids that the person has already; for a new person that of the name seen first.
ranked_candidates as (

    select
        candidates.group_key,
        candidates.person_id,
        row_number() over (
            partition by candidates.group_key
            order by
                ids_so_far.person_id_so_far is null,
                candidates.is_last_resort,
                candidates.first_started_at nulls last,
                candidates.person_id
        ) as place
    from candidates
    left join ids_so_far
        on
            candidates.group_key = ids_so_far.group_key
            and candidates.person_id = ids_so_far.person_id_so_far

),

final as (

    select
        group_key,
        person_id
    from ranked_candidates
    where place = 1

)

select * from final
