{{ config(schema='intermediate', contract={'enforced': false}) }}

with

printed_figures as (

    select * from {{ ref('int_reconciliation__printed_figures') }}
    where class_name is null

),

month_figures as (

    select * from {{ ref('int_reconciliation__month_figures') }}

),

unread_figures as (

    select * from {{ ref('int_reconciliation__unread_figures') }}

),

our_days as (

    select * from {{ ref('int_reconciliation__our_days') }}

),

class_figures as (

    select * from {{ ref('int_reconciliation__class_figures') }}

),

-- A union instead of joins, so that a query for one day reads that day only. `tolerance` is the largest difference of
-- two numbers that is explained, and `is_minimum` says that the day may have got more sessions since the page was
-- read. `our_spellings` are the values one of which is right.
both_sides as (

    select
        event_id,
        panel,
        figure,
        printed,
        site_value,
        null::text as our_value,
        null::text[] as our_spellings,
        null::numeric as tolerance,
        false as is_minimum
    from printed_figures

    union all

    select
        event_id,
        panel,
        figure,
        printed,
        null::text as site_value,
        null::text as our_value,
        null::text[] as our_spellings,
        null::numeric as tolerance,
        false as is_minimum
    from unread_figures

    union all

    select
        month_figures.event_id,
        figure.panel,
        'sessions' as figure,
        figure.printed,
        figure.site_value::text as site_value,
        figure.our_value::text as our_value,
        null::text[] as our_spellings,
        month_figures.row_count - month_figures.session_count as tolerance,
        not figure.is_of_whole_day as is_minimum
    from month_figures
    cross join lateral (
        values
        ('month page', month_figures.printed, month_figures.sessions, null::bigint, month_figures.is_of_whole_day),
        (
            'month page before the list',
            month_figures.sessions_at_list::text,
            month_figures.sessions_at_list,
            case when month_figures.sessions_at_list is not null then month_figures.session_count end,
            month_figures.is_list_of_whole_day
        )
    ) as figure (panel, printed, site_value, our_value, is_of_whole_day)

    union all

    -- The site prints session lengths in whole seconds but sums the unrounded lengths, so track time may differ by half
    -- a second per session.
    select
        our_days.event_id,
        figure.panel,
        figure.name as figure,
        null::text as printed,
        null::text as site_value,
        figure.our_value,
        figure.our_spellings,
        figure.tolerance,
        false as is_minimum
    from our_days
    cross join lateral (
        values
        ('month page', 'sessions', our_days.sessions::text, null::text[], 0),
        ('statistics', 'laps', our_days.laps::text, null, null),
        ('statistics', 'drivers', our_days.drivers::text, null, null),
        ('statistics', 'classes', our_days.classes::text, null, null),
        ('statistics', 'first start', our_days.first_start::text, null, null),
        ('statistics', 'last start', our_days.last_start::text, null, null),
        ('statistics', 'track time', our_days.track_time_seconds::numeric(12, 3)::text, null, 0.5 * our_days.sessions),
        ('leaderboard', 'best lap', our_days.best_lap::numeric(12, 3)::text, null, null),
        (
            'leaderboard',
            'driver of the best lap',
            array_to_string(our_days.best_lap_drivers, ' or '),
            our_days.best_lap_spellings,
            null
        ),
        (
            'leaderboard',
            'class of the best lap',
            array_to_string(our_days.best_lap_classes, ' or '),
            our_days.best_lap_classes,
            null
        )
    ) as figure (panel, name, our_value, our_spellings, tolerance)

),

by_figure as (

    select
        event_id,
        panel,
        figure,
        max(printed) as printed,
        max(site_value) as site_value,
        max(our_value) as our_value,
        max(our_spellings) as our_spellings,
        max(tolerance) as tolerance,
        coalesce(bool_or(is_minimum), false) as is_minimum
    from both_sides
    group by event_id, panel, figure

),

in_numbers as (

    select
        *,
        case when tolerance is not null then site_value::numeric end as site_number,
        case when tolerance is not null then coalesce(our_value, '0')::numeric end as our_number,
        max(our_value) filter (where figure = 'sessions' and panel = 'month page') over (partition by event_id)
            as our_sessions,
        max(site_value) filter (where figure = 'best lap') over (partition by event_id)
        = max(our_value) filter (where figure = 'best lap') over (partition by event_id) as is_same_lap
    from by_figure

),

explained as (

    select
        *,
        case
            when figure = 'sessions' and is_minimum and our_number > site_number
                then 'the month page was read before the day was over'
            -- Whether the month page counts a session once that the list shows twice is not known.
            when figure = 'sessions' and site_number > our_number and site_number - our_number <= tolerance
                then 'the list shows a session twice'
            when figure = 'track time' and abs(our_number - site_number) <= tolerance
                then 'the site rounds the length of each session'
        end as explanation
    from in_numbers

),

-- The site prints track time in whole seconds. Driver and class are compared where both sides mean the same lap.
compared as (

    select
        *,
        case
            when site_value is null and printed is not null then 'not_understood'
            when site_value is null then 'not_printed'
            when site_value = our_value or site_value = any(our_spellings) then 'equal'
            when figure = 'track time' and abs(our_number - site_number) < 1 then 'equal'
            when explanation is not null then 'explained'
            else 'differs'
        end as outcome
    from explained
    where
        figure not in ('driver of the best lap', 'class of the best lap')
        or (is_same_lap and printed is not null)

),

final as (

    select
        event_id,
        panel,
        null::text as class_name,
        figure,
        printed,
        site_value,
        our_value,
        outcome,
        case
            when outcome = 'not_understood' then figure || ' "' || left(printed, 100) || '"'
            when outcome in ('differs', 'explained')
                then concat(
                    figure,
                    ' ',
                    case when our_spellings is null then site_value else printed end,
                    case when figure = 'sessions' then ' by the month page and ' else ' by the site and ' end,
                    coalesce(our_value, 'none'),
                    case when figure = 'sessions' and our_value != our_sessions then ' on the list' else ' by us' end,
                    ': ' || explanation
                )
        end as words
    from compared

    union all

    select
        event_id,
        panel,
        class_name,
        figure,
        printed,
        site_value,
        our_value,
        outcome,
        words
    from class_figures

)

select * from final
