select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.practice_date,
    unreadable_row.row_name,

    -- strings
    unreadable_row.row_text,
    unreadable_row.reason
from {{ source('liverc', 'practice_lists') }} as pages
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
        'sessions ' || element.place as row_name,
        element.payload::text as row_text,
        'no session id' as reason
    from {{ page_elements('sessions', 'pages.payload') }} with ordinality as element (payload, place)
    where not {{ is_session_id(page_text('session_id', 'element.payload')) }}
) as unreadable_row
