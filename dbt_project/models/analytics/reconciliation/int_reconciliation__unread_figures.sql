{{ config(schema='intermediate', contract={'enforced': false}) }}

with

events as (

    select * from {{ ref('events') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}
    where is_latest and not is_whole

),

unreadable_rows as (

    select * from {{ ref('stg_liverc__unreadable_list_rows') }}

),

month_figures as (

    select * from {{ ref('int_reconciliation__month_figures') }}

),

-- The session of a row that could not be read is in no total of ours.
final as (

    select
        events.id as event_id,
        'list' as panel,
        unreadable_rows.row_name || ', ' || unreadable_rows.reason as figure,
        unreadable_rows.row_text as printed
    from events
    inner join tracks on events.track_id = tracks.id
    inner join lists
        on
            tracks.source_track_slug = lists.track_slug
            and events.event_date = lists.practice_date
    inner join unreadable_rows on lists.load_id = unreadable_rows.load_id

    union all

    select
        month_figures.event_id,
        'month page' as panel,
        'unknown column ' || replace(other_column.heading, '_', ' ') as figure,
        other_column.printed
    from month_figures
    cross join lateral jsonb_each_text(month_figures.other_columns) as other_column (heading, printed)
    where other_column.printed ~ '[0-9]'

)

select * from final
