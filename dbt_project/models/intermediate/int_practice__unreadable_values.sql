{{ config(materialized='batch_table') }}

with

days as (

    select * from {{ ref('int_practice__days') }}

),

details as (

    select * from {{ ref('int_practice__session_pages') }}

),

listed as (

    select * from {{ ref('int_practice__listed_sessions') }}

),

laps as (

    select * from {{ ref('int_practice__laps') }}

),

list_rows as (

    select * from {{ ref('stg_liverc__unreadable_list_rows') }}

),

session_rows as (

    select * from {{ ref('stg_liverc__unreadable_session_rows') }}

),

months as (

    select * from {{ ref('stg_liverc__practice_months') }}

),

month_days as (

    select * from {{ ref('stg_liverc__month_days') }}

),

panel_values as (

    select
        days.track_slug,
        null::text as session_id,
        'list' as page_kind,
        days.list_load_id as load_id,
        concat(printed.panel, ': ', printed.figure, ' of ' || printed.class_name) as field_name,
        min(printed.printed) as page_value
    from days
    cross join lateral {{ printed_figures('days.site_stats') }} as printed
    where printed.printed is not null and printed.site_value is null
    group by days.track_slug, days.list_load_id, printed.panel, printed.figure, printed.class_name

),

-- The newest page of each month that has a day of the batch.
month_values as (

    select
        months.track_slug,
        null::text as session_id,
        'month' as page_kind,
        months.load_id,
        field.name as field_name,
        field.page_value
    from (
        select distinct
            track_slug,
            to_char(practice_date, 'YYYY-MM') as month
        from days
    ) as batch_months
    inner join months on batch_months.track_slug = months.track_slug and batch_months.month = months.month
    cross join lateral (
        select
            'sessions of ' || coalesce(month_days.practice_date::text, 'a day') as name,
            month_days.session_count_text as page_value
        from month_days
        where
            month_days.track_slug = months.track_slug
            and month_days.month = months.month
            and month_days.session_count_text is not null
            and month_days.session_count is null

        union all

        select
            'row ' || element.place || ': ' || (element.payload ->> 'reason') as name,
            element.payload ->> 'row' as page_value
        from {{ page_elements('unreadable_rows', 'to_jsonb(months)') }} with ordinality as element (payload, place)

        union all

        select
            'unknown column ' || replace(other_column.heading, '_', ' ') || ' of ' || month_days.practice_date as name,
            other_column.printed as page_value
        from month_days
        cross join lateral jsonb_each_text(month_days.other_columns) as other_column (heading, printed)
        where
            month_days.track_slug = months.track_slug
            and month_days.month = months.month
            and other_column.printed ~ '[0-9]'

        union all

        select
            unknown.figure as name,
            unknown.printed as page_value
        from {{ unknown_figures('to_jsonb(months)') }} as unknown
    ) as field

),

list_values as (

    select
        listed.track_slug,
        listed.session_id,
        'list' as page_kind,
        listed.load_id,
        field.name as field_name,
        field.page_value
    from listed
    cross join lateral (
        values
        ('transponder', listed.transponder_text, listed.transponder_number is not null),
        ('started_at', listed.started_at_text, listed.started_at is not null),
        ('laps', listed.lap_count_text, listed.lap_count is not null),
        ('length', listed.length_text, listed.length_seconds is not null),
        ('fast', listed.fast_lap_text, listed.fast_lap_seconds is not null),
        ('avg', listed.avg_lap_text, listed.avg_lap_seconds is not null)
    ) as field (name, page_value, is_read)
    where field.page_value is not null and not field.is_read

),

session_values as (

    select
        details.track_slug,
        details.session_id,
        'session' as page_kind,
        details.load_id,
        field.name as field_name,
        field.page_value
    from details
    cross join lateral (
        values
        ('transponder', details.transponder_text, details.transponder_number is not null),
        ('date', details.session_date_text, details.session_date is not null),
        ('start', details.start_clock_text, details.start_clock is not null),
        ('end', details.end_clock_text, details.end_clock is not null),
        ('num_laps', details.lap_count_text, details.lap_count is not null),
        ('length', details.length_text, details.length_seconds is not null),
        ('fastest_lap', details.fast_lap_text, details.fast_lap_seconds is not null),
        ('avg', details.avg_lap_text, details.avg_lap_seconds is not null),
        ('top_3_consec', details.top_3_consecutive_text, details.top_3_consecutive is not null),
        ('top_5', details.avg_top_5_text, details.avg_top_5 is not null),
        ('top_10', details.avg_top_10_text, details.avg_top_10 is not null),
        ('top_15', details.avg_top_15_text, details.avg_top_15 is not null),
        ('std_deviation', details.std_deviation_text, details.std_deviation is not null),
        ('consistency', details.consistency_text, details.consistency is not null),
        ('valid_lap_range', details.valid_lap_range_text, details.valid_lap_range is not null)
    ) as field (name, page_value, is_read)
    where field.page_value is not null and not field.is_read

),

-- Few of many laps: filter first, name the field afterwards.
unreadable_laps as (

    select * from laps
    where
        (lap_time_text is not null and lap_time_seconds is null)
        or (finished_at_text is not null and finished_at is null)
        or is_valid_text not in ('0', '1')

),

lap_values as (

    select
        details.track_slug,
        details.session_id,
        'session' as page_kind,
        details.load_id,
        'lap ' || unreadable_laps.lap_number || field.name as field_name,
        field.page_value
    from unreadable_laps
    inner join details on unreadable_laps.detail_load_id = details.load_id
    cross join lateral (
        values
        ('', unreadable_laps.lap_time_text, unreadable_laps.lap_time_seconds is not null),
        (' finished at', unreadable_laps.finished_at_text, unreadable_laps.finished_at is not null),
        (' is_valid', unreadable_laps.is_valid_text, unreadable_laps.is_valid_text in ('0', '1'))
    ) as field (name, page_value, is_read)
    where field.page_value is not null and not field.is_read

),

unreadable_list_rows as (

    select
        list_rows.track_slug,
        null::text as session_id,
        'list' as page_kind,
        list_rows.load_id,
        list_rows.row_name || ': ' || list_rows.reason as field_name,
        list_rows.row_text as page_value
    from days
    inner join list_rows on days.list_load_id = list_rows.load_id

),

read_laps as (

    select
        detail_load_id,
        sum(times_on_page) as lap_count
    from laps
    group by race_result_id, detail_load_id

),

-- Pages with rows that did not become laps; only these are unpacked again.
pages_with_unread_rows as (

    select details.load_id
    from details
    left join read_laps on details.load_id = read_laps.detail_load_id
    where
        not details.is_whole
        or details.shown_lap_count > coalesce(read_laps.lap_count, 0)

),

unreadable_session_rows as (

    select
        session_rows.track_slug,
        session_rows.session_id,
        'session' as page_kind,
        session_rows.load_id,
        session_rows.row_name || ': ' || session_rows.reason as field_name,
        session_rows.row_text as page_value
    from pages_with_unread_rows
    inner join session_rows on pages_with_unread_rows.load_id = session_rows.load_id

),

-- Two days may list the same session: report it once.
final as (

    select * from month_values
    union distinct
    select * from panel_values
    union distinct
    select * from list_values
    union distinct
    select * from session_values
    union distinct
    select * from lap_values
    union distinct
    select * from unreadable_list_rows
    union distinct
    select * from unreadable_session_rows

)

select * from final
