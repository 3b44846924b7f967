{{ config(schema='intermediate', contract={'enforced': false}) }}

with

printed_figures as (

    select * from {{ ref('int_reconciliation__printed_figures') }}
    where class_name is not null

),

our_sessions as (

    select * from {{ ref('int_reconciliation__our_sessions') }}

),

with_best_laps as (

    select
        *,
        best_lap = min(best_lap) over (partition by event_id, class_name) as has_best_lap
    from our_sessions

),

our_classes as (

    select
        event_id,
        class_name,
        sum(laps) as laps,
        min(best_lap)::numeric(12, 3) as best_lap,
        array_agg(distinct display_name) filter (where has_best_lap) as best_lap_drivers,
        array_agg(distinct {{ name_spelling('display_name') }}) filter (where has_best_lap) as best_lap_spellings
    from with_best_laps
    group by event_id, class_name

),

-- A union instead of a full join, so that a query for one day reads that day only.
both_sides as (

    select
        event_id,
        panel,
        class_name,
        figure,
        printed,
        site_value,
        null::text as our_value,
        null::text[] as our_spellings
    from printed_figures

    union all

    select
        our_classes.event_id,
        figure.panel,
        our_classes.class_name,
        figure.name as figure,
        null::text as printed,
        null::text as site_value,
        figure.our_value,
        figure.our_spellings
    from our_classes
    cross join lateral (
        values
        ('laps by class', 'laps', our_classes.laps::text, null::text[]),
        ('leaderboard', 'best lap', our_classes.best_lap::text, null),
        (
            'leaderboard',
            'driver of the best lap',
            array_to_string(our_classes.best_lap_drivers, ' or '),
            our_classes.best_lap_spellings
        )
    ) as figure (panel, name, our_value, our_spellings)

),

by_class as (

    select
        event_id,
        panel,
        class_name,
        figure,
        max(printed) as printed,
        max(site_value) as site_value,
        max(our_value) as our_value,
        max(our_spellings) as our_spellings
    from both_sides
    group by event_id, panel, class_name, figure

),

-- A panel with classes prints all classes; only the leaderboard leaves out Unknown Class. No laps are 0 laps. Drivers
-- are compared where both sides mean the same lap.
on_panels as (

    select
        *,
        case figure when 'laps' then coalesce(site_value, '0') else coalesce(site_value, 'none') end as site_figure,
        case figure when 'laps' then coalesce(our_value, '0') else coalesce(our_value, 'none') end as our_figure,
        (panel != 'leaderboard' or class_name != 'Unknown Class')
        and count(site_value) filter (where figure != 'driver of the best lap') over (partition by event_id, panel) > 0
            as is_on_panel,
        max(site_value) filter (where figure = 'best lap') over class_of_day
        = max(our_value) filter (where figure = 'best lap') over class_of_day as is_same_lap
    from by_class
    window class_of_day as (partition by event_id, class_name)

),

compared as (

    select
        *,
        case
            when site_value is null and printed is not null then 'not_understood'
            when site_value is null and (our_value is null or not is_on_panel) then 'not_printed'
            when site_figure = our_figure then 'equal'
            when site_value = any(our_spellings) then 'equal'
            else 'differs'
        end as outcome
    from on_panels
    where figure != 'driver of the best lap' or (is_same_lap and printed is not null)

),

final as (

    select
        event_id,
        panel,
        class_name,
        figure,
        printed,
        site_value,
        our_value,
        outcome,
        case outcome
            when 'not_understood' then figure || ' of ' || class_name || ' "' || left(printed, 100) || '"'
            when 'differs'
                then
                    figure || ' of ' || class_name || ' '
                    || case when our_spellings is null then site_figure else printed end
                    || ' by the site and ' || our_figure || ' by us'
        end as words
    from compared

)

select * from final
