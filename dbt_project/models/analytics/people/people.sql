with

driver_people as (

    select * from {{ ref('driver_people') }}
    where person_id is not null

),

-- The name on the latest session that has one.
final as (

    select
        person_id,
        coalesce(
            (
                array_agg(display_name order by last_started_at desc, display_name asc)
                filter (where normalized_name is not null)
            )[1],
            'Unknown Driver'
        ) as person_name,
        array_remove(array_agg(distinct normalized_name order by normalized_name), null) as normalized_names,
        array_remove(array_agg(distinct transponder_number order by transponder_number), null) as transponders,
        array_agg(distinct track_slug order by track_slug) as tracks,
        min(first_started_at) as first_started_at,
        max(last_started_at) as last_started_at,
        sum(sessions)::integer as sessions
    from driver_people
    group by person_id

)

select * from final
