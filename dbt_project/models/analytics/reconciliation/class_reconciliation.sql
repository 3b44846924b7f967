with

figures as (

    select * from {{ ref('int_reconciliation__class_figures') }}

),

by_class as (

    select
        event_id,
        class_name,
        max(site_value) filter (where figure = 'laps') as site_laps,
        max(our_value) filter (where figure = 'laps') as our_laps,
        max(outcome) filter (where figure = 'laps') as laps_outcome,
        max(site_value) filter (where figure = 'best lap') as site_best_lap,
        max(our_value) filter (where figure = 'best lap') as our_best_lap,
        coalesce(bool_or(outcome = 'differs') filter (where figure = 'best lap'), false) as best_lap_mismatch
    from figures
    group by event_id, class_name

),

final as (

    select
        event_id,
        class_name,
        site_laps::integer as site_laps,
        our_laps::integer as our_laps,
        site_best_lap::numeric(12, 3) as site_best_lap,
        our_best_lap::numeric(12, 3) as our_best_lap,
        case
            when laps_outcome in ('equal', 'differs')
                then coalesce(our_laps, '0')::integer - coalesce(site_laps, '0')::integer
        end as laps_difference,
        (our_best_lap::numeric - site_best_lap::numeric)::numeric(12, 3) as best_lap_difference,
        best_lap_mismatch
    from by_class

)

select * from final
