{{ config(schema='intermediate', contract={'enforced': false}) }}

with

days as (

    select
        events.id as event_id,
        events.event_date as practice_date,
        tracks.source_track_slug as track_slug
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

months as (

    select * from {{ ref('stg_liverc__practice_months') }}

),

month_days as (

    select * from {{ ref('stg_liverc__month_days') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}
    where is_latest

),

-- A whole month page that does not show the day says that it has no sessions.
final as (

    select
        days.event_id,
        lists.month_sessions as sessions_at_list,
        month_days.session_count_text as printed,
        case
            when month_days.practice_date is not null then month_days.session_count
            when months.is_whole then 0
        end as sessions,
        month_days.other_columns,
        {{ day_is_over('days.practice_date', 'months.fetched_at') }} as is_of_whole_day,
        {{ day_is_over('days.practice_date', 'lists.fetched_at') }} as is_list_of_whole_day,
        listed.row_count,
        listed.session_count
    from days
    left join lists
        on
            days.track_slug = lists.track_slug
            and days.practice_date = lists.practice_date
    left join months
        on
            days.track_slug = months.track_slug
            and to_char(days.practice_date, 'YYYY-MM') = months.month
    left join month_days
        on
            months.track_slug = month_days.track_slug
            and months.month = month_days.month
            and days.practice_date = month_days.practice_date
    cross join lateral (
        select
            count(*) as row_count,
            count(distinct list_rows.session_id) as session_count
        from {{ ref('stg_liverc__list_rows') }} as list_rows
        where list_rows.load_id = lists.load_id
    ) as listed

)

select * from final
