{{ config(schema='intermediate', contract={'enforced': false}) }}

with

identities as (

    select * from {{ ref('int_people__identities') }}

),

named_identities as (

    select * from {{ ref('int_people__named_identities') }}

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

races as (

    select * from {{ ref('races') }}

),

shared_labels as (

    select * from {{ ref('int_people__shared_labels') }}

),

transponder_persons as (

    select
        identities.driver_id,
        count(distinct named_identities.person_id) as persons,
        min(named_identities.person_id::text)::uuid as person_id
    from identities
    inner join named_identities on identities.id = named_identities.identity_id
    group by identities.driver_id

),

unnamed as (

    select
        identities.*,
        shared_labels.label
    from identities
    left join lateral (
        select shared_labels.label
        from shared_labels
        where shared_labels.normalized_name = any({{ label_names('identities.normalized_name') }})
        order by length(shared_labels.normalized_name) desc
        limit 1
    ) as shared_labels on true
    where
        (identities.normalized_name is null or shared_labels.label is not null)
        and not exists (select from named_identities where named_identities.identity_id = identities.id)

),

-- The session with a name on the transponder that is nearest in time to the first session without one.
nearest_names as (

    select
        unnamed.id as identity_id,
        nearest.session_id,
        nearest.display_name
    from unnamed
    cross join lateral (
        select
            races.source_race_id as session_id,
            race_drivers.display_name
        from race_drivers
        inner join races on race_drivers.race_id = races.id
        where
            race_drivers.driver_id = unnamed.driver_id
            and {{ is_name('race_drivers.display_name') }}
            and not {{ is_shared_label(normalize_name('race_drivers.display_name')) }}
        order by abs(extract(epoch from races.start_time - unnamed.first_started_at)), races.source_race_id
        limit 1
    ) as nearest

),

-- Rule `named_transponder`: sessions without a name belong to the person named on the transponder's other sessions, if
-- there is exactly one. Sessions with a shared label belong to nobody.
final as (

    select
        unnamed.id as identity_id,
        case when verdict.rule = 'named_transponder' then transponder_persons.person_id end as person_id,
        verdict.rule,
        case verdict.rule
            when 'named_transponder'
                then
                    'the transponder is ' || nearest_names.display_name || ' in session ' || nearest_names.session_id
                    || ', the nearest in time'
            when 'shared_transponder'
                then 'the transponder names ' || transponder_persons.persons || ' people, and these sessions none'
            when 'shared_label' then unnamed.label || ' is a shared label and nobody''s name'
            else 'no session of the transponder has a name'
        end as evidence
    from unnamed
    left join transponder_persons on unnamed.driver_id = transponder_persons.driver_id
    left join nearest_names on unnamed.id = nearest_names.identity_id
    cross join lateral (
        select
            case
                when unnamed.label is not null then 'shared_label'
                when transponder_persons.persons > 1 then 'shared_transponder'
                when transponder_persons.persons = 1 then 'named_transponder'
                else 'never_named'
            end as rule
    ) as verdict

)

select * from final
