{{ config(materialized='batch_table') }}

with

queue as (

    select * from {{ source('queue', 'transform_queue') }}

),

batch_entries as (

    select * from {{ source('transform', 'transform_batch_entries') }}

),

-- The list of a page's day may be among the deferred lists.
deferred_lists as (

    select * from queue
    where page_kind = 'list' and entry_id not in (select batch_entries.entry_id from batch_entries)

),

final as (

    select distinct
        queue.track_slug,
        queue.page_key as session_id,
        queue.track_slug in (select deferred_lists.track_slug from deferred_lists) as may_be_deferred
    from queue
    inner join batch_entries on queue.entry_id = batch_entries.entry_id
    where queue.page_kind = 'session'

)

select * from final
