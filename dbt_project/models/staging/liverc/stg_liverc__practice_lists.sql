select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.practice_date,

    -- strings
    {{ page_text('track_name', 'pages.payload') }} as track_name,
    pages.url as event_url,
    -- the address of the track is everything before the path of the practice pages
    regexp_replace(pages.url, '/practice/[?][^/]*$', '') as track_url,

    -- the page's own panels; an empty day has none
    case
        when pages.payload ?| array['stats', 'leaderboard', 'laps_by_class', 'other_figures']
            then
                jsonb_build_object(
                    'stats', pages.payload -> 'stats',
                    'leaderboard', pages.payload -> 'leaderboard',
                    'laps_by_class', pages.payload -> 'laps_by_class'
                )
                || jsonb_strip_nulls(jsonb_build_object('other_figures', pages.payload -> 'other_figures'))
    end as site_stats,

    -- numerics
    listed.session_count,
    pages.month_sessions,

    -- booleans
    coalesce(listed.session_count < pages.month_sessions, false) as is_short,
    not pages.payload ? 'unreadable_rows' and coalesce(listed.session_count >= pages.month_sessions, true) as is_whole,
    not exists (
        select from {{ source('liverc', 'practice_lists') }} as later
        where
            later.track_slug = pages.track_slug
            and later.practice_date = pages.practice_date
            and later.load_id > pages.load_id
    ) as is_latest,

    -- timestamps
    pages.fetched_at,
    pages.last_seen_at
from {{ source('liverc', 'practice_lists') }} as pages
cross join lateral (
    select
        case
            when jsonb_typeof(pages.payload -> 'sessions') = 'array'
                then jsonb_array_length(pages.payload -> 'sessions')
            else 0
        end as session_count
) as listed
