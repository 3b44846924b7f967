{{ config(schema='intermediate', contract={'enforced': false}) }}

with

printed_figures as (

    select * from {{ ref('int_reconciliation__printed_figures') }}
    where class_name is not null

),

our_sessions as (

    select * from {{ ref('int_reconciliation__our_sessions') }}

),

our_classes as (

    select
        event_id,
        class_name,
        sum(laps) as laps,
        min(best_lap)::numeric(12, 3) as best_lap
    from our_sessions
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
        null::text as our_value
    from printed_figures

    union all

    select
        our_classes.event_id,
        figure.panel,
        our_classes.class_name,
        figure.name as figure,
        null::text as printed,
        null::text as site_value,
        figure.our_value
    from our_classes
    cross join lateral (
        values
        ('laps by class', 'laps', our_classes.laps::text),
        ('leaderboard', 'best lap', our_classes.best_lap::text)
    ) as figure (panel, name, our_value)

),

by_class as (

    select
        event_id,
        panel,
        class_name,
        figure,
        max(printed) as printed,
        max(site_value) as site_value,
        max(our_value) as our_value
    from both_sides
    group by event_id, panel, class_name, figure

),

-- A panel with classes prints all classes; only the leaderboard leaves out Unknown Class. No laps are 0 laps.
on_panels as (

    select
        *,
        case figure when 'laps' then coalesce(site_value, '0') else coalesce(site_value, 'none') end as site_figure,
        case figure when 'laps' then coalesce(our_value, '0') else coalesce(our_value, 'none') end as our_figure,
        (panel != 'leaderboard' or class_name != 'Unknown Class')
        and count(site_value) over (partition by event_id, panel) > 0 as is_on_panel
    from by_class

),

compared as (

    select
        *,
        case
            when site_value is null and printed is not null then 'not_understood'
            when site_value is null and (our_value is null or not is_on_panel) then 'not_printed'
            when site_figure = our_figure then 'equal'
            else 'differs'
        end as outcome
    from on_panels

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
                    figure || ' of ' || class_name || ' ' || site_figure || ' by the site and ' || our_figure
                    || ' by us'
        end as words
    from compared

)

select * from final
