with

days as (

    select * from {{ ref('int_practice__days') }}

),

list_rows as (

    select * from {{ ref('stg_liverc__list_rows') }}

),

-- The same session more than once in the list version that the batch reads.
final as (

    select
        list_rows.track_slug,
        list_rows.practice_date,
        list_rows.session_id,
        count(*) as row_count
    from days
    inner join list_rows on days.list_load_id = list_rows.load_id
    group by list_rows.track_slug, list_rows.practice_date, list_rows.session_id
    having count(*) > 1

)

select * from final
