{{ config(materialized='working_set') }}

with

touched_days as (

    select * from {{ ref('int_practice__touched_days') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

named as (

    select
        lists.track_slug,
        lists.practice_date,
        lists.load_id as list_load_id,
        lists.track_url,
        lists.event_url,
        lists.site_stats,
        lists.fetched_at as list_fetched_at,
        lists.track_slug || '-practice-' || to_char(lists.practice_date, 'YYYY-MM-DD') as source_event_id
    from touched_days
    inner join lists on touched_days.list_load_id = lists.load_id
    where touched_days.is_of_this_run

),

final as (

    select
        *,
        {{ natural_uuid('events', ["'liverc'", 'source_event_id']) }} as event_id
    from named

)

select * from final
