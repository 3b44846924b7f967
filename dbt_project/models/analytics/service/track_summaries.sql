with

tracks as (

    select * from {{ ref('tracks') }}

),

days as (

    select * from {{ ref('practice_days') }}

),

by_track as (

    select
        track_id,
        count(*)::integer as practice_days,
        (count(*) filter (where verdict is distinct from 'complete'))::integer as incomplete_days,
        min(practice_date) as first_practice_date,
        max(practice_date) as last_practice_date,
        coalesce(sum(sessions), 0)::integer as sessions,
        coalesce(sum(laps), 0)::integer as laps,
        max(last_ingested_at) as last_ingested_at
    from days
    group by track_id

),

final as (

    select
        tracks.id as track_id,
        tracks.source_track_slug as track_slug,
        coalesce(nullif(tracks.track_name, ''), tracks.source_track_slug) as track_name,
        tracks.track_url,
        tracks.time_zone,
        by_track.practice_days,
        by_track.incomplete_days,
        by_track.first_practice_date,
        by_track.last_practice_date,
        by_track.sessions,
        by_track.laps,
        by_track.last_ingested_at
    from tracks
    inner join by_track on tracks.id = by_track.track_id

)

select * from final
