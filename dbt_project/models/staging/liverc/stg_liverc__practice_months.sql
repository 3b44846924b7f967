select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.month,

    -- strings
    {{ page_text('track_name', 'pages.payload') }} as track_name,

    -- lists
    pages.payload -> 'available_months' as available_months,
    pages.payload -> 'days' as days,
    pages.payload -> 'unreadable_rows' as unreadable_rows,
    pages.payload -> 'other_figures' as other_figures,

    -- booleans
    not pages.payload ? 'unreadable_rows' as is_whole,

    -- timestamps
    pages.fetched_at,
    pages.last_seen_at
from {{ source('liverc', 'practice_months') }} as pages
where not exists (
    select from {{ source('liverc', 'practice_months') }} as later
    where
        later.track_slug = pages.track_slug
        and later.month = pages.month
        and later.load_id > pages.load_id
)
