{{ config(materialized='batch_table') }}

with

batch_days as (

    select * from {{ source('transform', 'transform_batch_days') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

-- By an array and not by a join: the size of the batch is not known to the planner, which might scan all lists.
named as (

    select
        track_slug,
        practice_date,
        load_id as list_load_id,
        track_url,
        event_url,
        site_stats,
        month_sessions,
        is_short,
        fetched_at as list_fetched_at,
        track_slug || '-practice-' || to_char(practice_date, 'YYYY-MM-DD') as source_event_id
    from lists
    where load_id = any(array(select batch_days.list_load_id from batch_days))

),

final as (

    select
        track_slug,
        practice_date,
        list_load_id,
        track_url,
        event_url,
        site_stats,
        month_sessions,
        is_short,
        list_fetched_at,
        source_event_id,
        {{ natural_uuid('events', ["'liverc'", 'source_event_id']) }} as event_id
    from named

)

select * from final
