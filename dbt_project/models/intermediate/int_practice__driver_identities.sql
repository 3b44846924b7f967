{{ config(materialized='batch_table') }}

with

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

-- The transponder is the identity, also of an unknown driver. A session without one is a driver of its own.
identities as (

    select
        race_id,
        source_event_id,
        session_id,
        started_at,
        driver_name as display_name,
        transponder_number,
        coalesce(transponder_number, 'practice_session_' || session_id) as source_driver_id,
        {{ is_name('driver_name') }} as is_named
    from sessions

),

final as (

    select
        *,
        {{ natural_uuid('drivers', ["'liverc'", 'source_driver_id']) }} as driver_id,
        {{ natural_uuid('race_drivers', ['source_event_id', 'session_id', 'source_driver_id']) }} as race_driver_id,
        {{ natural_uuid('race_results', ['source_event_id', 'session_id', 'source_driver_id']) }} as race_result_id
    from identities

)

select * from final
