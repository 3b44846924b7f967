{{ config(severity='warn') }}

-- Session pages that no list has shown, and so no race stands for. A run looks at the pages that it was given.
-- Said here since dbt keeps what it parsed, and a full run that is the first parses no other branch:
-- depends_on: {{ ref('int_practice__work_lines') }}
with

details as (

    select * from {{ ref('stg_liverc__practice_sessions') }}

),

{% if not takes_all_days() -%}

work_lines as (

    select * from {{ ref('int_practice__work_lines') }}
    where page_kind = 'session'

),

{%- endif %}

races as (

    select
        tracks.source_track_slug,
        races.source_race_id
    from {{ ref('races') }} as races
    inner join {{ ref('events') }} as events on races.event_id = events.id
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

)

select
    details.track_slug,
    details.session_id
from details
{% if not takes_all_days() -%}
    inner join work_lines
        on
            details.track_slug = work_lines.track_slug
            and details.session_id = work_lines.page_key
{%- endif %}
where not exists (
    select from races
    where races.source_track_slug = details.track_slug and races.source_race_id = details.session_id
)
