select
    -- ids
    line_id,
    track_slug,
    page_kind,
    page_key,

    -- timestamps
    noted_at
from {{ source('liverc', 'work_list') }}
