with

month_pages as (

    select * from {{ ref('month_pages') }}

),

-- A page that has not changed is no new version of a day, but its track was read.
final as (

    select
        track_slug,
        max(read_at) as last_read_at
    from month_pages
    group by track_slug

)

select * from final
