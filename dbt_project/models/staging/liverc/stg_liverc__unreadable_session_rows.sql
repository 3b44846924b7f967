select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.session_id,
    unreadable_row.row_name,

    -- strings
    unreadable_row.row_text,
    unreadable_row.reason
from {{ source('liverc', 'practice_sessions') }} as pages
cross join lateral (
    -- rows that the page object could not read
    select
        'row ' || element.place as row_name,
        element.payload ->> 'row' as row_text,
        element.payload ->> 'reason' as reason
    from {{ page_elements('unreadable_rows', 'pages.payload') }} with ordinality as element (payload, place)

    union all

    -- rows that it could read, but without a key
    select
        'laps ' || element.place as row_name,
        element.payload::text as row_text,
        'no lap number' as reason
    from {{ page_elements('laps', 'pages.payload') }} with ordinality as element (payload, place)
    where coalesce({{ parse_integer(page_text('x', 'element.payload')) }}, 0) < 1
) as unreadable_row
