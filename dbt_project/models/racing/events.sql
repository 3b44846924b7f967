{{
    config(
        unique_key='id',
        delete_rows=true,
        batch_rows='id in (select event_id from intermediate.int_practice__days)'
    )
}}

with

days as (

    select * from {{ ref('int_practice__days') }}

),

day_statistics as (

    select * from {{ ref('int_practice__day_statistics') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

final as (

    select
        days.event_id as id,
        'liverc' as source,
        days.source_event_id,
        tracks.id as track_id,
        'Practice Day - ' || to_char(days.practice_date, 'YYYY-MM-DD') as event_name,
        days.practice_date as event_date,
        0 as event_entries,
        day_statistics.unique_drivers::integer as event_drivers,
        days.event_url,
        day_statistics.ingest_depth,
        greatest(days.list_fetched_at, day_statistics.last_detail_fetched_at) as last_ingested_at,
        jsonb_build_object(
            'practiceDayStats', day_statistics.practice_day_stats,
            'siteStats', days.site_stats
        ) as event_metadata,
        now() as created_at,
        now() as updated_at
    from days
    inner join day_statistics on days.source_event_id = day_statistics.source_event_id
    {{ join_parent() }} tracks on days.track_slug = tracks.source_track_slug

)

select * from final
