{{ config(materialized='working_set') }}

-- Also a full run takes down the lines before it looks for days: what comes in between is the next run's work.
-- depends_on: {{ ref('int_practice__work_lines') }}
-- Said here since dbt keeps what it parsed, and a full run that is the first parses no other branch:
-- depends_on: {{ ref('stg_racing__races') }}

with

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

{% if not is_full() -%}

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

touched_days as (

    select * from days_of_lists
    union
    select * from days_of_sessions

),

{%- endif %}

latest_lists as (

    select lists.*
    from lists
    {% if not is_full() -%}
        inner join touched_days
            on
                lists.track_slug = touched_days.track_slug
                and lists.practice_date = touched_days.practice_date
    {%- endif %}
    where lists.is_latest

),

named as (

    select
        track_slug,
        practice_date,
        load_id as list_load_id,
        track_url,
        event_url,
        site_stats,
        fetched_at as list_fetched_at,
        track_slug || '-practice-' || to_char(practice_date, 'YYYY-MM-DD') as source_event_id
    from latest_lists

),

final as (

    select
        *,
        {{ natural_uuid('events', ["'liverc'", 'source_event_id']) }} as event_id
    from named

)

select * from final
