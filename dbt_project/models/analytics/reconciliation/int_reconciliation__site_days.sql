{{ config(schema='intermediate', contract={'enforced': false}) }}

with

events as (

    select * from {{ ref('events') }}

),

panels as (

    select
        id as event_id,
        event_metadata #> '{siteStats,stats}' as stats,
        event_metadata #> '{siteStats,laps_by_class}' as laps_by_class,
        event_metadata #> '{siteStats,leaderboard}' as leaderboard,
        jsonb_path_query_first(
            event_metadata, '$.siteStats.leaderboard[*] ? (@.label == "Overall Fastest")'
        ) as overall_fastest
    from events

),

final as (

    select
        event_id,
        laps_by_class,
        leaderboard,
        {{ parse_integer(page_text('total_laps', 'stats')) }} as laps,
        {{ parse_track_time(page_text('total_track_time', 'stats')) }} as track_time_seconds,
        {{ parse_integer(page_text('unique_drivers', 'stats')) }} as drivers,
        {{ parse_integer(page_text('unique_classes', 'stats')) }} as classes,
        {{ parse_clock(page_text('first_session', 'stats')) }} as first_start,
        {{ parse_clock(page_text('last_session', 'stats')) }} as last_start,
        {{ parse_seconds(page_text('time', 'overall_fastest')) }} as best_lap
    from panels

)

select * from final
