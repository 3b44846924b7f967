{{ config(materialized='batch_table') }}

with

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

identities as (

    select * from {{ ref('int_practice__driver_identities') }}

),

page_laps as (

    select * from {{ ref('stg_liverc__laps') }}

),

-- The laps of the same page version that the session was read from.
session_laps as (

    select
        identities.race_result_id,
        page_laps.load_id as detail_load_id,
        page_laps.lap_number,
        page_laps.lap_time_text,
        page_laps.lap_time_seconds,
        page_laps.is_valid_text,
        page_laps.is_valid,
        page_laps.finished_at_text,
        page_laps.finished_at,
        page_laps.times_on_page
    from sessions
    inner join identities on sessions.race_id = identities.race_id
    inner join page_laps on sessions.detail_load_id = page_laps.load_id

),

summed as (

    select
        *,
        bool_and(lap_time_seconds is not null) over laps_until_now as are_all_known,
        sum(lap_time_seconds) over laps_until_now as known_seconds
    from session_laps
    window laps_until_now as (partition by race_result_id order by lap_number)

),

-- Elapsed time is null from the first lap without a time on, and where the column cannot hold it.
final as (

    select
        race_result_id,
        detail_load_id,
        lap_number,
        lap_time_text,
        lap_time_seconds,
        is_valid_text,
        is_valid,
        finished_at_text,
        finished_at,
        times_on_page,
        case
            when are_all_known and known_seconds < {{ too_many_seconds() }} then known_seconds
        end::numeric(12, 3) as elapsed_seconds
    from summed

)

select * from final
