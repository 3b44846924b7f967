{%- set compared = [
    ('sessions', 'month page', 'integer'),
    ('laps', 'statistics', 'integer'),
    ('track time', 'statistics', 'numeric(12, 3)'),
    ('drivers', 'statistics', 'integer'),
    ('classes', 'statistics', 'integer'),
    ('first start', 'statistics', 'time'),
    ('last start', 'statistics', 'time'),
    ('best lap', 'leaderboard', 'numeric(12, 3)'),
] -%}
{#- Figures of the day before those of classes, in the order of the table; unknown statistics last. -#}
{%- set place -%}
    array_position(array['{{ compared | map(attribute=0) | join("', '") }}'], figure)
{%- endset -%}
{%- set in_order -%}
    words order by class_name nulls first, {{ place }} nulls last, figure, words
{%- endset -%}
{{
    config(
        materialized='incremental',
        unique_key='event_id',
        delete_rows=true,
        indexes=[{'columns': ['verdict']}]
    )
}}

with

days as (

    select
        events.id as event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date,
        events.ingest_depth
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

-- Both by the array of the batch, so that neither is joined by a scan of all days.
days_to_derive as (

    select * from days
    where {{ is_day_to_derive() }}

),

figures as (

    select * from {{ ref('int_reconciliation__figures') }}
    where {{ is_day_to_derive() }}

),

both_sides as (

    select
        event_id,
        {% for figure, panel, type in compared -%}
            {%- set condition = "figure = '" ~ figure ~ "' and panel = '" ~ panel ~ "' and class_name is null" -%}
            (max(site_value) filter (where {{ condition }}))::{{ type }} as site_{{ figure | replace(' ', '_') }},
            (max(our_value) filter (where {{ condition }}))::{{ type }} as our_{{ figure | replace(' ', '_') }},
        {% endfor -%}
        max(site_value) filter (where panel = 'month page before the list')::integer as site_sessions_at_list,
        coalesce(
            max(site_value::integer - coalesce(our_value, '0')::integer)
                filter (where figure = 'sessions' and outcome = 'differs'),
            0
        ) as missing_sessions
    from figures
    group by event_id

),

-- Both counts of sessions may say the same.
words as (

    select
        event_id,
        outcome,
        words,
        min(class_name) as class_name,
        min(figure) as figure
    from figures
    where outcome in ('differs', 'explained', 'not_understood')
    group by event_id, outcome, words

),

in_words as (

    select
        event_id,
        array_agg({{ in_order }}) filter (where outcome = 'differs') as differences,
        array_agg({{ in_order }}) filter (where outcome = 'explained') as explained_differences,
        array_agg({{ in_order }}) filter (where outcome = 'not_understood') as not_understood
    from words
    group by event_id

),

-- Either month page is enough for the number of sessions. A figure that we do not have either is not missed.
missed as (

    select
        event_id,
        figure,
        {{ place }} as place
    from figures
    where class_name is null
    group by event_id, figure
    having bool_and(outcome = 'not_printed') and max(our_value) is not null

),

not_printed as (

    select
        event_id,
        array_agg(figure order by place) as not_printed
    from missed
    where place is not null
    group by event_id

),

final as (

    select
        days_to_derive.event_id,
        days_to_derive.track_slug,
        days_to_derive.practice_date,
        coalesce(both_sides.site_sessions, both_sides.site_sessions_at_list) as site_sessions,
        both_sides.our_sessions as sessions,
        both_sides.our_sessions - coalesce(both_sides.site_sessions, both_sides.site_sessions_at_list)
            as sessions_difference,
        greatest(both_sides.missing_sessions, 0) as missing_sessions,
        both_sides.site_laps,
        both_sides.our_laps,
        both_sides.our_laps - both_sides.site_laps as laps_difference,
        both_sides.site_track_time::integer as site_track_time_seconds,
        both_sides.our_track_time as our_track_time_seconds,
        (both_sides.our_track_time - both_sides.site_track_time)::numeric(12, 3) as track_time_difference,
        both_sides.site_drivers,
        both_sides.our_drivers,
        both_sides.our_drivers - both_sides.site_drivers as drivers_difference,
        both_sides.site_classes,
        both_sides.our_classes,
        both_sides.our_classes - both_sides.site_classes as classes_difference,
        both_sides.site_first_start,
        both_sides.our_first_start,
        both_sides.our_first_start - both_sides.site_first_start as first_start_difference,
        both_sides.site_last_start,
        both_sides.our_last_start,
        both_sides.our_last_start - both_sides.site_last_start as last_start_difference,
        both_sides.site_best_lap,
        both_sides.our_best_lap,
        (both_sides.our_best_lap - both_sides.site_best_lap)::numeric(12, 3) as best_lap_difference,
        coalesce(in_words.differences, '{}') as differences,
        coalesce(in_words.explained_differences, '{}') as explained_differences,
        coalesce(not_printed.not_printed, '{}') as not_printed,
        coalesce(in_words.not_understood, '{}') as not_understood,
        case
            when in_words.differences is not null then 'differs'
            when days_to_derive.ingest_depth in ('partial', 'list_only') then 'partial'
            when in_words.not_understood is not null then 'not_understood'
            else 'complete'
        end as verdict
    from both_sides
    inner join days_to_derive on both_sides.event_id = days_to_derive.event_id
    left join in_words on both_sides.event_id = in_words.event_id
    left join not_printed on both_sides.event_id = not_printed.event_id

)

select * from final
