select
    -- ids
    id,
    track_id,
    driver_id,
    first_session_id,
    person_id,

    -- strings
    track_slug,
    transponder_number,
    normalized_name,
    display_name,
    spellings,
    rule,

    -- numerics
    sessions,

    -- timestamps
    first_started_at,
    last_started_at
from {{ source('previous_people', 'driver_people') }}
