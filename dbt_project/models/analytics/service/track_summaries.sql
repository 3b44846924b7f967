with

tracks as (

    select * from {{ ref('tracks') }}

),

days as (

    select
        *,
        -- Before the day is compared with the site's totals, their number is not known.
        coalesce(sessions, 1) > 0 as has_practice
    from {{ ref('practice_days') }}

),

-- A join with all days by track would read the days of all tracks, also when one track is asked for.
final as (

    select
        tracks.id as track_id,
        tracks.source_track_slug as track_slug,
        coalesce(nullif(tracks.track_name, ''), tracks.source_track_slug) as track_name,
        tracks.track_url,
        tracks.time_zone,
        own.practice_days,
        own.incomplete_days,
        own.first_practice_date,
        own.last_practice_date,
        own.sessions,
        own.laps,
        own.last_ingested_at
    from tracks
    cross join lateral (
        select
            (count(*) filter (where days.has_practice))::integer as practice_days,
            (
                count(*) filter (where days.has_practice and days.verdict is distinct from 'complete')
            )::integer as incomplete_days,
            min(days.practice_date) filter (where days.has_practice) as first_practice_date,
            max(days.practice_date) filter (where days.has_practice) as last_practice_date,
            coalesce(sum(days.sessions), 0)::integer as sessions,
            coalesce(sum(days.laps), 0)::integer as laps,
            max(days.last_ingested_at) as last_ingested_at
        from days
        where days.track_id = tracks.id
    ) as own
    where own.practice_days > 0

)

select * from final
