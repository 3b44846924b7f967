with

months as (

    select * from {{ ref('stg_liverc__practice_months') }}

),

dated as (

    select
        track_slug,
        (month || '-01')::date as month,
        is_whole,
        last_seen_at
    from months

),

final as (

    select
        track_slug,
        month,
        is_whole,
        {{ day_is_over("(month + interval '1 month - 1 day')::date", 'last_seen_at') }} as is_of_whole_month,
        last_seen_at as read_at
    from dated

)

select * from final
