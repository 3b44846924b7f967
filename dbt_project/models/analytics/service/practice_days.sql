with

events as (

    select * from {{ ref('events') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

reconciliation as (

    select * from {{ ref('day_reconciliation') }}

),

final as (

    select
        events.id as event_id,
        events.track_id,
        tracks.source_track_slug as track_slug,
        coalesce(nullif(tracks.track_name, ''), tracks.source_track_slug) as track_name,
        tracks.time_zone,
        events.event_date as practice_date,
        events.event_name,
        events.event_url,
        events.ingest_depth,
        reconciliation.verdict,
        reconciliation.sessions,
        reconciliation.missing_sessions,
        reconciliation.our_laps as laps,
        reconciliation.our_drivers as drivers,
        reconciliation.our_classes as classes,
        events.last_ingested_at
    from events
    inner join tracks on events.track_id = tracks.id
    left join reconciliation on events.id = reconciliation.event_id

)

select * from final
