{{ config(severity='warn') }}
{% set queued_sessions = ref('int_practice__queued_sessions') %}

-- Session pages that no list shows, and so have no race. A batch tests the pages that it takes off the queue.
with

details as (

    select * from {{ ref('stg_liverc__practice_sessions') }}

),

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
{% if batch_kind() == 'derive' -%}
    inner join {{ queued_sessions }} as queued_sessions
        on
            details.track_slug = queued_sessions.track_slug
            and details.session_id = queued_sessions.session_id
            and not queued_sessions.may_be_deferred
{%- endif %}
where not exists (
    select from races
    where races.source_track_slug = details.track_slug and races.source_race_id = details.session_id
)
