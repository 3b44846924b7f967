{{ config(schema='intermediate', contract={'enforced': false}) }}

with

sessions as (

    select * from {{ ref('int_reconciliation__our_sessions') }}

),

-- As the site counts: drivers are distinct names without Unknown Driver, classes include Unknown Class.
final as (

    select
        event_id,
        count(*) as sessions,
        coalesce(sum(laps), 0) as laps,
        sum(track_time_seconds) as track_time_seconds,
        count(distinct display_name) filter (where {{ is_name('display_name') }}) as drivers,
        count(distinct class_name) as classes,
        min(start_time)::time as first_start,
        max(start_time)::time as last_start,
        min(best_lap) as best_lap
    from sessions
    group by event_id

)

select * from final
