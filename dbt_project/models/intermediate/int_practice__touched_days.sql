{{ config(materialized='working_set') }}

-- Also a full run takes down the lines before it looks for days: what comes in between is the next run's work.
-- depends_on: {{ ref('int_practice__work_lines') }}
-- Said here since dbt keeps what it parsed, and a full run that is the first parses no other branch:
-- depends_on: {{ ref('stg_racing__races') }}

with

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

-- The same once more: a CTE that is named twice is computed whole.
first_lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

{% if not takes_all_days() -%}

work_lines as (

    select * from {{ ref('int_practice__work_lines') }}

),

races_so_far as (

    select * from {{ ref('stg_racing__races') }}

),

-- A day's list has a new version.
days_of_lists as (

    select
        track_slug,
        {{ parse_iso_date('page_key') }} as practice_date
    from work_lines
    where page_kind = 'list'

),

-- A session's page has one, or could not be had. Where no race stands yet, its list is on the work list itself.
days_of_sessions as (

    select
        races_so_far.track_slug,
        races_so_far.practice_date
    from work_lines
    inner join races_so_far
        on
            work_lines.track_slug = races_so_far.track_slug
            and work_lines.page_key = races_so_far.session_id
    where work_lines.page_kind = 'session'

),

days_with_work as (

    select * from days_of_lists
    union
    select * from days_of_sessions

),

{%- endif %}

listed_days as (

    select
        lists.track_slug,
        lists.practice_date,
        lists.load_id as list_load_id
    from lists
    {% if not takes_all_days() -%}
        inner join days_with_work
            on
                lists.track_slug = days_with_work.track_slug
                and lists.practice_date = days_with_work.practice_date
    {%- endif %}
    where
        lists.is_latest
        {%- if is_verification() %}
            and {{ is_after_verified_day('lists.practice_date', 'lists.track_slug') }}
        {%- endif %}

),

placed_days as (

    select
        *,
        row_number() over (order by practice_date asc, track_slug collate "C" asc) as place
    from listed_days

),

-- A run takes whole days, the first ones, as long as it has not sessions enough. The others are put off to the next.
counted_days as (

    select
        placed_days.*,
        sum(first_lists.session_count) over (order by placed_days.place) - first_lists.session_count as sessions_before
    from placed_days
    left join first_lists
        on
            placed_days.list_load_id = first_lists.load_id
            and placed_days.place <= {{ days_at_once() }}

),

final as (

    select
        track_slug,
        practice_date,
        list_load_id,
        coalesce(sessions_before < {{ sessions_at_once() }}, false) as is_of_this_run
    from counted_days

)

select * from final
