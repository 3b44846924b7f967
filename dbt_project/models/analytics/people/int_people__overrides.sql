{{ config(schema='intermediate', contract={'enforced': false}) }}

with

identities as (

    select * from {{ ref('int_people__identities') }}

),

overrides as (

    select
        *,
        {{ normalize_name('driver_name') }} as normalized_name,
        num_nonnulls(track_slug, transponder_number, driver_name) as conditions
    from {{ ref('person_overrides') }}

),

-- Rule `override`: the analyst decides. If several overrides match, the one with the most conditions applies.
ranked as (

    select
        identities.id as identity_id,
        overrides.person as person_label,
        overrides.reason as evidence,
        overrides.conditions,
        rank() over (partition by identities.id order by overrides.conditions desc) as specificity_rank,
        row_number() over (
            partition by identities.id order by overrides.conditions desc, overrides.person asc
        ) as row_rank
    from identities
    inner join overrides
        on
            (overrides.track_slug is null or lower(identities.track_slug) = lower(overrides.track_slug))
            and (overrides.transponder_number is null or identities.transponder_number = overrides.transponder_number)
            and (overrides.driver_name is null or identities.normalized_name = overrides.normalized_name)
    where
        (overrides.transponder_number is not null or overrides.driver_name is not null)
        and not identities.keeps_person

),

final as (

    select
        identity_id,
        (array_agg(person_label order by row_rank))[1] as person_label,
        (array_agg(evidence order by row_rank))[1] as evidence,
        count(distinct person_label) as matching_persons
    from ranked
    where specificity_rank = 1
    group by identity_id

)

select * from final
