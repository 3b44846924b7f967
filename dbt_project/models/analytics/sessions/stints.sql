{#-
    The site ends a session three minutes after its last lap. Up to two more minutes are a short pause within a stint, for
    example to refuel. Changing tyres or cooling a motor takes longer and starts a new stint.
-#}
{%- set longest_pause_seconds = 300 -%}
{%- set racer = 'event_id, track_slug, practice_date, person_id, racer_id' -%}

with

sessions as (

    select * from {{ ref('sessions') }}

),

stint_starts as (

    select
        *,
        coalesce(seconds_since_last_session > {{ longest_pause_seconds }}, true)
        or class_name != lag(class_name) over (partition by {{ racer }} order by session_of_day) as is_first_of_stint
    from sessions

),

numbered as (

    select
        *,
        (count(*) filter (where is_first_of_stint) over (partition by {{ racer }} order by session_of_day))::integer
            as stint_of_day
    from stint_starts

),

final as (

    select
        {{ racer }},
        stint_of_day,
        max(racer_name) as racer_name,
        max(class_name) as class_name,
        (array_agg(start_time order by session_of_day))[1] as start_time,
        (array_agg(end_time order by session_of_day desc))[1] as end_time,
        count(*)::integer as sessions,
        array_agg(session_id order by session_of_day) as session_ids,
        sum(laps)::integer as laps,
        sum(valid_laps)::integer as valid_laps,
        sum(time_on_track_seconds)::numeric(18, 3) as time_on_track_seconds,
        coalesce(sum(seconds_since_last_session) filter (where not is_first_of_stint), 0)::integer as pause_seconds,
        min(best_lap)::numeric(12, 3) as best_lap
    from numbered
    group by {{ racer }}, stint_of_day

)

select * from final
