select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.practice_date,
    list_row.row_number,
    {{ page_text('session_id', 'list_row.payload') }} as session_id,

    -- strings
    {{ page_text('driver', 'list_row.payload') }} as driver_name,
    {{ page_text('class_and_transponder', 'list_row.payload') }} as class_and_transponder,
    {{ class_of(page_text('class_and_transponder', 'list_row.payload')) }} as class_name,
    {{ transponder_text_of(page_text('class_and_transponder', 'list_row.payload')) }} as transponder_text,
    {{ parse_transponder(transponder_text_of(page_text('class_and_transponder', 'list_row.payload'))) }}
        as transponder_number,
    {{ page_text('started_at', 'list_row.payload') }} as started_at_text,
    {{ page_text('laps', 'list_row.payload') }} as lap_count_text,
    {{ page_text('length', 'list_row.payload') }} as length_text,
    {{ page_text('fast', 'list_row.payload') }} as fast_lap_text,
    {{ page_text('avg', 'list_row.payload') }} as avg_lap_text,

    -- numerics
    {{ parse_integer(page_text('laps', 'list_row.payload')) }} as lap_count,
    {{ parse_seconds(page_text('length', 'list_row.payload')) }} as length_seconds,
    {{ parse_seconds(page_text('fast', 'list_row.payload')) }} as fast_lap_seconds,
    {{ parse_seconds(page_text('avg', 'list_row.payload')) }} as avg_lap_seconds,

    -- timestamps
    {{ parse_timestamp(page_text('started_at', 'list_row.payload')) }} as started_at,

    -- the whole row of the page
    list_row.payload as list_row
from {{ source('liverc', 'practice_lists') }} as pages
-- in a select of its own: dbt's unit tests take a `with` outside brackets for the start of the CTEs
cross join lateral (
    select
        element.payload,
        element.row_number
    from {{ page_elements('sessions', 'pages.payload') }} with ordinality as element (payload, row_number)
) as list_row
where {{ is_session_id(page_text('session_id', 'list_row.payload')) }}
