{{ config(schema='intermediate', contract={'enforced': false}) }}

with

events as (

    select * from {{ ref('events') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}
    where is_latest and not is_whole

),

unreadable_rows as (

    select * from {{ ref('stg_liverc__unreadable_list_rows') }}

),

final as (

    select
        events.id as event_id,
        unreadable_rows.row_name || ', ' || unreadable_rows.reason as figure,
        unreadable_rows.row_text as printed
    from events
    inner join tracks on events.track_id = tracks.id
    inner join lists
        on
            tracks.source_track_slug = lists.track_slug
            and events.event_date = lists.practice_date
    inner join unreadable_rows on lists.load_id = unreadable_rows.load_id

)

select * from final
