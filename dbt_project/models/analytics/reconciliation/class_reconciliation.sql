with

site_classes as (

    select * from {{ ref('int_reconciliation__site_classes') }}

),

our_sessions as (

    select * from {{ ref('int_reconciliation__our_sessions') }}

),

-- A union instead of a full join, so that a query for one day reads that day only.
both_sides as (

    select
        event_id,
        class_name,
        laps as site_laps,
        best_lap as site_best_lap,
        null::integer as our_laps,
        null::numeric(12, 3) as our_best_lap
    from site_classes

    union all

    select
        event_id,
        class_name,
        null::integer as site_laps,
        null::numeric(12, 3) as site_best_lap,
        laps as our_laps,
        best_lap as our_best_lap
    from our_sessions

),

by_class as (

    select
        event_id,
        class_name,
        max(site_laps) as site_laps,
        sum(our_laps)::integer as our_laps,
        min(site_best_lap)::numeric(12, 3) as site_best_lap,
        min(our_best_lap)::numeric(12, 3) as our_best_lap
    from both_sides
    group by event_id, class_name

),

-- A page without a panel is not compared. The site's leaderboard never has Unknown Class.
final as (

    select
        event_id,
        class_name,
        site_laps,
        our_laps,
        site_best_lap,
        our_best_lap,
        case
            when count(site_laps) over day > 0 then coalesce(our_laps, 0) - coalesce(site_laps, 0)
        end as laps_difference,
        (our_best_lap - site_best_lap)::numeric(12, 3) as best_lap_difference,
        case
            when class_name = 'Unknown Class' or count(site_best_lap) over day = 0 then false
            else coalesce(site_best_lap != our_best_lap, num_nonnulls(site_best_lap, our_best_lap) = 1)
        end as best_lap_mismatch
    from by_class
    window day as (partition by event_id)

)

select * from final
