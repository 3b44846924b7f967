{{ config(schema='intermediate', contract={'enforced': false}) }}

with

sessions as (

    select * from {{ ref('int_reconciliation__our_sessions') }}

),

-- A union instead of a left join, so that a query for one day reads that day only.
days_and_sessions as (

    select
        event_id,
        race_id,
        class_name,
        display_name,
        start_time,
        track_time_seconds,
        laps,
        best_lap
    from sessions

    union all

    select
        events.id as event_id,
        null::uuid as race_id,
        null::text as class_name,
        null::text as display_name,
        null::timestamp as start_time,
        null::numeric as track_time_seconds,
        null::integer as laps,
        null::numeric as best_lap
    from {{ ref('events') }} as events

),

with_best_laps as (

    select
        *,
        best_lap = min(best_lap) over (partition by event_id) as has_best_lap
    from days_and_sessions

),

-- As the site counts: drivers are distinct names without Unknown Driver, classes include Unknown Class.
final as (

    select
        event_id,
        count(race_id) as sessions,
        coalesce(sum(laps), 0) as laps,
        sum(track_time_seconds) as track_time_seconds,
        count(distinct display_name) filter (where {{ is_name('display_name') }}) as drivers,
        count(distinct class_name) as classes,
        min(start_time)::time as first_start,
        max(start_time)::time as last_start,
        min(best_lap) as best_lap,
        array_agg(distinct display_name) filter (where has_best_lap) as best_lap_drivers,
        array_agg(distinct {{ name_spelling('display_name') }}) filter (where has_best_lap) as best_lap_spellings,
        array_agg(distinct class_name) filter (where has_best_lap) as best_lap_classes
    from with_best_laps
    group by event_id

)

select * from final
