with

named as (

    select * from {{ ref('int_people__same_name_at_track') }}
    where {{ is_real_transponder('transponder_number') }}

),

-- Rule: one name on one transponder is one person at all tracks. Each track is tied to the first of them.
tied as (

    select
        same_name,
        transponder_number,
        first_value(same_name) over (partition by driver_id, normalized_name order by same_name) as first_same_name
    from named

),

final as (

    select
        same_name,
        first_same_name,
        min(transponder_number) as transponder_number
    from tied
    where same_name != first_same_name
    group by same_name, first_same_name

)

select * from final
