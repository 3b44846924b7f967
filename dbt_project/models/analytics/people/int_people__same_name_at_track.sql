{{ config(schema='intermediate', contract={'enforced': false}) }}

with

identities as (

    select * from {{ ref('int_people__identities') }}
    where normalized_name is not null and not keeps_person

),

overrides as (

    select * from {{ ref('int_people__overrides') }}

),

shared_labels as (

    select * from {{ ref('int_people__shared_labels') }}

),

-- Rule `same_name`: one name at one track is one person, with any transponder and in any spelling. A shared label is
-- nobody's name.
final as (

    select
        identities.id as identity_id,
        identities.track_slug || '|' || identities.normalized_name as name_key,
        identities.track_slug,
        identities.driver_id,
        identities.transponder_number,
        identities.normalized_name,
        case
            when identities.sessions = 1 then 'named so in session ' || identities.first_session_id
            else
                'named so in ' || identities.sessions || ' sessions, the first of them '
                || identities.first_session_id
        end as evidence
    from identities
    where
        not exists (select from overrides where overrides.identity_id = identities.id)
        and not {{ is_shared_label('identities.normalized_name') }}

)

select * from final
