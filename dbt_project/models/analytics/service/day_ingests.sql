with

days as (

    select
        events.id as event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date,
        events.ingest_depth
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

races as (

    select * from {{ ref('races') }}
    where removed_at is null

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

race_results as (

    select * from {{ ref('race_results') }}

),

unreadable_rows as (

    select * from {{ ref('int_reconciliation__unread_figures') }}
    where panel = 'list'

),

reconciliation as (

    select * from {{ ref('day_reconciliation') }}

),

-- Lateral, so that a query for one day reads that day only.
final as (

    select
        days.event_id,
        days.track_slug,
        days.practice_date,
        days.ingest_depth,
        sessions.sessions_ingested,
        greatest(unreadable.sessions, reconciliation.missing_sessions, 0)::integer as sessions_failed,
        sessions.sessions_with_laps,
        sessions.sessions_detail_failed,
        sessions.laps_ingested,
        sessions.drivers_created_or_matched
    from days
    left join reconciliation on days.event_id = reconciliation.event_id
    cross join lateral (
        select count(*) as sessions
        from unreadable_rows
        where unreadable_rows.event_id = days.event_id
    ) as unreadable
    cross join lateral (
        select
            count(*)::integer as sessions_ingested,
            (count(*) filter (where own.laps > 0))::integer as sessions_with_laps,
            (count(*) filter (where races.detail_status = 'failed'))::integer as sessions_detail_failed,
            coalesce(sum(own.laps), 0)::integer as laps_ingested,
            count(distinct race_drivers.driver_id)::integer as drivers_created_or_matched
        from races
        inner join race_drivers on races.id = race_drivers.race_id
        inner join race_results on race_drivers.id = race_results.race_driver_id
        cross join lateral (
            select count(*) as laps
            from {{ ref('laps') }} as laps
            where laps.race_result_id = race_results.id
        ) as own
        where races.event_id = days.event_id
    ) as sessions

)

select * from final
