{#-
    The site ends a session three minutes after its last lap. Two minutes more are a short pause: a marshal's help, fuel,
    a word with the mechanic. Changing tyres or cooling a motor takes longer, and begins another stint.
-#}
{%- set longest_pause_seconds = 300 -%}
{%- set racer = 'event_id, track_slug, practice_date, person_id, racer_id' -%}

with

sessions as (

    select * from {{ ref('sessions') }}

),

begun as (

    select
        *,
        coalesce(seconds_since_last_session > {{ longest_pause_seconds }}, true)
        or class_name != lag(class_name) over (partition by {{ racer }} order by session_of_day) as begins_stint
    from sessions

),

numbered as (

    select
        *,
        (count(*) filter (where begins_stint) over (partition by {{ racer }} order by session_of_day))::integer
            as stint_of_day
    from begun

),

final as (

    select
        {{ racer }},
        stint_of_day,
        max(racer_name) as racer_name,
        max(class_name) as class_name,
        min(start_time) as start_time,
        max(end_time) as end_time,
        count(*)::integer as sessions,
        array_agg(session_id order by session_of_day) as session_ids,
        sum(laps)::integer as laps,
        sum(valid_laps)::integer as valid_laps,
        sum(time_on_track_seconds) as time_on_track_seconds,
        coalesce(sum(seconds_since_last_session) filter (where not begins_stint), 0)::integer as pause_seconds,
        min(best_lap) as best_lap
    from numbered
    group by {{ racer }}, stint_of_day

)

select * from final
