{{ config(materialized='batch_table') }}

with

days as (

    select * from {{ ref('int_practice__days') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

list_rows as (

    select * from {{ ref('stg_liverc__list_rows') }}

),

-- Up to the list version that the batch reads: later versions are queued for a later batch.
rows_until_version as (

    select
        list_rows.*,
        days.source_event_id,
        days.event_id,
        days.track_url,
        days.list_load_id
    from days
    inner join list_rows
        on
            days.track_slug = list_rows.track_slug
            and days.practice_date = list_rows.practice_date
            and days.list_load_id >= list_rows.load_id

),

-- The latest row of a session. Of two rows in one list the one with more laps, then the longer one, in any order.
ranked_rows as (

    select
        *,
        row_number() over (
            partition by track_slug, practice_date, session_id
            order by load_id desc, lap_count desc nulls last, length_seconds desc nulls last, list_row asc
        ) as place
    from rows_until_version

),

latest_rows as (

    select * from ranked_rows
    where place = 1

),

-- A session has left the list when a later version that could be read whole does not have it.
removals as (

    select
        latest_rows.track_slug,
        latest_rows.practice_date,
        latest_rows.session_id,
        min(later.fetched_at) as removed_at
    from latest_rows
    inner join lists as later
        on
            latest_rows.track_slug = later.track_slug
            and latest_rows.practice_date = later.practice_date
            and latest_rows.load_id < later.load_id
            and latest_rows.list_load_id >= later.load_id
            and later.is_whole
    where latest_rows.load_id < latest_rows.list_load_id
    group by latest_rows.track_slug, latest_rows.practice_date, latest_rows.session_id

),

final as (

    select
        latest_rows.load_id,
        latest_rows.track_slug,
        latest_rows.practice_date,
        latest_rows.row_number,
        latest_rows.session_id,
        latest_rows.driver_name,
        latest_rows.class_and_transponder,
        latest_rows.class_name,
        latest_rows.transponder_text,
        latest_rows.transponder_number,
        latest_rows.started_at_text,
        latest_rows.lap_count_text,
        latest_rows.length_text,
        latest_rows.fast_lap_text,
        latest_rows.avg_lap_text,
        latest_rows.lap_count,
        latest_rows.length_seconds,
        latest_rows.fast_lap_seconds,
        latest_rows.avg_lap_seconds,
        latest_rows.started_at,
        latest_rows.source_event_id,
        latest_rows.event_id,
        latest_rows.track_url,
        latest_rows.list_load_id,
        removals.removed_at
    from latest_rows
    left join removals
        on
            latest_rows.track_slug = removals.track_slug
            and latest_rows.practice_date = removals.practice_date
            and latest_rows.session_id = removals.session_id

)

select * from final
