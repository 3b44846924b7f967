with

identities as (

    select * from {{ ref('int_people__identities') }}

),

overrides as (

    select
        *,
        {{ normalize_name('driver_name') }} as normalized_name,
        num_nonnulls(track_slug, transponder_number, driver_name) as named
    from {{ ref('person_overrides') }}

),

-- Rule: an analyst's word. Of several that match, the one that names most.
ranked as (

    select
        identities.id as identity_id,
        overrides.person as person_label,
        overrides.reason as evidence,
        overrides.named,
        rank() over (partition by identities.id order by overrides.named desc) as place,
        row_number() over (partition by identities.id order by overrides.named desc, overrides.person asc) as row_place
    from identities
    inner join overrides
        on
            (overrides.track_slug is null or identities.track_slug = overrides.track_slug)
            and (overrides.transponder_number is null or identities.transponder_number = overrides.transponder_number)
            and (overrides.driver_name is null or identities.normalized_name = overrides.normalized_name)
    where (overrides.transponder_number is not null or overrides.driver_name is not null) and not identities.is_settled

),

final as (

    select
        identity_id,
        (array_agg(person_label order by row_place))[1] as person_label,
        (array_agg(evidence order by row_place))[1] as evidence,
        count(distinct person_label) as persons_named
    from ranked
    where place = 1
    group by identity_id

)

select * from final
