{{ config(materialized='batch_table') }}

with

listed as (

    select * from {{ ref('int_practice__listed_sessions') }}

),

details as (

    select * from {{ ref('int_practice__session_pages') }}

),

failures as (

    select * from {{ ref('stg_liverc__failed_pages') }}
    where page_kind = 'session'

),

-- A value of the session page wins over the list's; a blank never wins over a value.
list_and_detail as (

    select
        listed.track_slug,
        listed.practice_date,
        listed.session_id,
        listed.source_event_id,
        listed.event_id,
        listed.removed_at,
        details.load_id as detail_load_id,
        details.fetched_at as detail_fetched_at,
        details.top_3_consecutive,
        details.avg_top_5,
        details.avg_top_10,
        details.avg_top_15,
        details.std_deviation,
        details.consistency,
        details.valid_lap_range,
        listed.track_url || '/practice/?p=view_session&id=' || listed.session_id as race_url,
        coalesce(details.driver_name, listed.driver_name, 'Unknown Driver') as driver_name,
        coalesce(details.class_name, listed.class_name, 'Unknown Class') as class_name,
        coalesce(
            details.transponder_number,
            -- A class may end in digits of its own, such as `Stock (2021)`: the session page shows which.
            case
                when listed.class_and_transponder is distinct from details.class_name then listed.transponder_number
            end
        ) as transponder_number,
        coalesce(details.session_date + details.start_clock, listed.started_at) as started_at,
        details.session_date + details.end_clock
        + make_interval(days => {{ days_until_end(
            'details.start_clock', 'details.end_clock', 'coalesce(details.length_seconds, listed.length_seconds)'
        ) }}) as ended_at,
        coalesce(details.lap_count, listed.lap_count) as lap_count,
        coalesce(details.length_text, listed.length_text) as length_text,
        coalesce(details.length_seconds, listed.length_seconds) as length_seconds,
        coalesce(details.fast_lap_seconds, listed.fast_lap_seconds) as fast_lap_seconds,
        coalesce(details.avg_lap_seconds, listed.avg_lap_seconds) as avg_lap_seconds,
        case
            when details.load_id is not null then 'captured'
            when failures.failure_id is not null then 'failed'
            else 'list_only'
        end as detail_status
    from listed
    left join details
        on
            listed.track_slug = details.track_slug
            and listed.session_id = details.session_id
    left join failures
        on
            listed.track_slug = failures.track_slug
            and listed.session_id = failures.page_key

),

final as (

    select
        *,
        {{ natural_uuid('races', ['source_event_id', 'session_id']) }} as race_id
    from list_and_detail

)

select * from final
