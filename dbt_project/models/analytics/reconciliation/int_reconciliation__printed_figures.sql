{{ config(schema='intermediate', contract={'enforced': false}) }}

with

events as (

    select * from {{ ref('events') }}

),

printed as (

    select
        events.id as event_id,
        in_panel.*
    from events
    cross join lateral {{ printed_figures("(events.event_metadata -> 'siteStats')") }} as in_panel

),

-- A panel that prints a figure twice prints it not understood, unless both are understood and the same.
final as (

    select
        event_id,
        panel,
        class_name,
        figure,
        coalesce(
            max(printed) filter (where site_value is null),
            case when count(distinct site_value) > 1 then string_agg(distinct printed, '" and "') else max(printed) end
        ) as printed,
        case
            when count(printed) filter (where site_value is null) = 0 and count(distinct site_value) = 1
                then min(site_value)
        end as site_value
    from printed
    group by event_id, panel, class_name, figure

)

select * from final
