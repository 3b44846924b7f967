{{ config(schema='intermediate', contract={'enforced': false}) }}

with

site_days as (

    select * from {{ ref('int_reconciliation__site_days') }}

),

-- The first row of the leaderboard, Overall Fastest, repeats the row of a class.
panel_rows as (

    select
        site_days.event_id,
        panel_row.*
    from site_days
    cross join lateral (
        select
            {{ page_text('label', 'element.payload') }} as class_name,
            {{ parse_integer(page_text('laps', 'element.payload')) }} as laps,
            null::numeric(12, 3) as best_lap
        from {{ page_elements('laps_by_class', 'to_jsonb(site_days)') }} as element (payload)

        union all

        select
            {{ page_text('label', 'element.payload') }} as class_name,
            null::integer as laps,
            {{ parse_seconds(page_text('time', 'element.payload')) }} as best_lap
        from {{ page_elements('leaderboard', 'to_jsonb(site_days)') }} as element (payload)
        where element.payload ->> 'label' != 'Overall Fastest'
    ) as panel_row

),

final as (

    select
        event_id,
        class_name,
        max(laps) as laps,
        min(best_lap) as best_lap
    from panel_rows
    group by event_id, class_name

)

select * from final
