with

days as (

    select * from {{ ref('int_practice__days') }}

),

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

listed as (

    select * from sessions
    where removed_at is null

),

-- As the page defines them: drivers are names without Unknown Driver, classes include Unknown Class.
statistics as (

    select
        days.source_event_id,
        days.is_short,
        count(listed.session_id) as session_count,
        count(listed.session_id) filter (where listed.detail_status = 'captured') as captured_count,
        coalesce(sum(listed.lap_count), 0) as total_laps,
        coalesce(sum(listed.length_seconds), 0) as total_track_time_seconds,
        count(distinct listed.driver_name) filter (where {{ is_name('listed.driver_name') }}) as unique_drivers,
        count(distinct listed.class_name) as unique_classes,
        min(listed.started_at) as first_started_at,
        max(listed.started_at) as last_started_at,
        max(listed.detail_fetched_at) as last_detail_fetched_at
    from days
    left join listed on days.source_event_id = listed.source_event_id
    group by days.source_event_id, days.is_short

),

final as (

    select
        source_event_id,
        session_count,
        unique_drivers,
        last_detail_fetched_at,
        case
            when session_count = 0 and not is_short then 'none'
            when captured_count = 0 then 'list_only'
            when captured_count < session_count or is_short then 'partial'
            else 'laps_full'
        end as ingest_depth,
        jsonb_build_object(
            'totalLaps', total_laps,
            'totalTrackTimeSeconds', trim_scale(total_track_time_seconds),
            'uniqueDrivers', unique_drivers,
            'uniqueClasses', unique_classes,
            'timeRangeStart', {{ iso_text('first_started_at') }},
            'timeRangeEnd', {{ iso_text('last_started_at') }}
        ) as practice_day_stats
    from statistics

)

select * from final
