{{ config(schema='intermediate', contract={'enforced': false}) }}

with

events as (

    select * from {{ ref('events') }}

),

-- Apart from `events`: a CTE that is read twice would be computed for all days.
track_days as (

    select
        events.id as event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

incomplete_lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}
    where is_latest and not is_whole

),

unreadable_rows as (

    select * from {{ ref('stg_liverc__unreadable_list_rows') }}

),

printed as (

    select
        events.id as event_id,
        in_panel.panel,
        in_panel.class_name,
        in_panel.figure,
        in_panel.printed,
        in_panel.site_value
    from events
    cross join lateral {{ printed_figures("(events.event_metadata -> 'siteStats')") }} as in_panel

    union all

    -- A row of the list that could not be read is a figure too: its session is in no total of ours.
    select
        track_days.event_id,
        'list' as panel,
        null::text as class_name,
        unreadable_rows.row_name || ', ' || unreadable_rows.reason as figure,
        unreadable_rows.row_text as printed,
        null::text as site_value
    from track_days
    inner join incomplete_lists
        on
            track_days.track_slug = incomplete_lists.track_slug
            and track_days.practice_date = incomplete_lists.practice_date
    inner join unreadable_rows on incomplete_lists.load_id = unreadable_rows.load_id

),

-- A panel that prints a figure twice, once not understood, prints it not understood.
final as (

    select
        event_id,
        panel,
        class_name,
        figure,
        coalesce(max(printed) filter (where site_value is null), max(printed)) as printed,
        case when count(printed) filter (where site_value is null) = 0 then min(site_value) end as site_value
    from printed
    group by event_id, panel, class_name, figure

)

select * from final
