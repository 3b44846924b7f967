select
    -- ids
    failure_id,
    track_slug,
    page_kind,
    page_key,

    -- strings
    url,
    reason_kind,
    reason,

    -- numerics
    http_status,
    attempts,

    -- timestamps
    first_failed_at,
    last_failed_at
from {{ source('liverc', 'failed_pages') }}
where resolved_at is null
