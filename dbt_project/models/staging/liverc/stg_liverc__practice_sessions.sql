select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.session_id,

    -- strings
    {{ page_text('driver', 'pages.payload') }} as driver_name,
    {{ page_text('class', 'pages.payload') }} as class_name,
    {{ page_text('transponder', 'pages.payload') }} as transponder_text,
    {{ parse_transponder(page_text('transponder', 'pages.payload')) }} as transponder_number,
    {{ page_text('date', 'pages.payload') }} as session_date_text,
    {{ page_text('start', 'pages.payload') }} as start_clock_text,
    {{ page_text('end', 'pages.payload') }} as end_clock_text,
    {{ page_text('num_laps', 'pages.payload') }} as lap_count_text,
    {{ page_text('length', 'pages.payload') }} as length_text,
    {{ page_text('fastest_lap', 'pages.payload') }} as fast_lap_text,
    {{ page_text('avg', 'pages.payload') }} as avg_lap_text,
    {{ page_text('top_3_consec', 'pages.payload') }} as top_3_consecutive_text,
    {{ page_text('top_5', 'pages.payload') }} as avg_top_5_text,
    {{ page_text('top_10', 'pages.payload') }} as avg_top_10_text,
    {{ page_text('top_15', 'pages.payload') }} as avg_top_15_text,
    {{ page_text('std_deviation', 'pages.payload') }} as std_deviation_text,
    {{ page_text('consistency', 'pages.payload') }} as consistency_text,
    {{ page_text('valid_lap_range', 'pages.payload') }} as valid_lap_range_text,

    -- numerics
    {{ parse_integer(page_text('num_laps', 'pages.payload')) }} as lap_count,
    {{ parse_seconds(page_text('length', 'pages.payload')) }} as length_seconds,
    {{ parse_seconds(page_text('fastest_lap', 'pages.payload')) }} as fast_lap_seconds,
    {{ parse_seconds(page_text('avg', 'pages.payload')) }} as avg_lap_seconds,
    {{ parse_seconds(page_text('top_3_consec', 'pages.payload')) }} as top_3_consecutive,
    {{ parse_seconds(page_text('top_5', 'pages.payload')) }} as avg_top_5,
    {{ parse_seconds(page_text('top_10', 'pages.payload')) }} as avg_top_10,
    {{ parse_seconds(page_text('top_15', 'pages.payload')) }} as avg_top_15,
    {{ parse_seconds(page_text('std_deviation', 'pages.payload')) }} as std_deviation,
    {{ parse_percentage(page_text('consistency', 'pages.payload')) }} as consistency,
    {{ parse_seconds_range(page_text('valid_lap_range', 'pages.payload')) }} as valid_lap_range,

    -- timestamps
    {{ parse_long_date(page_text('date', 'pages.payload')) }} as session_date,
    {{ parse_clock(page_text('start', 'pages.payload')) }} as start_clock,
    {{ parse_clock(page_text('end', 'pages.payload')) }} as end_clock,
    pages.fetched_at,
    pages.last_seen_at
from {{ source('liverc', 'practice_sessions') }} as pages
where not exists (
    select from {{ source('liverc', 'practice_sessions') }} as later
    where
        later.track_slug = pages.track_slug
        and later.session_id = pages.session_id
        and later.load_id > pages.load_id
)
