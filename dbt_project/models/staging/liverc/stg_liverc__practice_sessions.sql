select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.session_id,

    -- strings
    {{ text_or_null('page.driver') }} as driver_name,
    {{ text_or_null('page.class') }} as class_name,
    {{ text_or_null('page.transponder') }} as transponder_text,
    {{ parse_transponder(text_or_null('page.transponder')) }} as transponder_number,
    {{ text_or_null('page."date"') }} as session_date_text,
    {{ text_or_null('page.start') }} as start_clock_text,
    {{ text_or_null('page."end"') }} as end_clock_text,
    {{ text_or_null('page.num_laps') }} as lap_count_text,
    {{ text_or_null('page.length') }} as length_text,
    {{ text_or_null('page.fastest_lap') }} as fast_lap_text,
    {{ text_or_null('page.avg') }} as avg_lap_text,
    {{ text_or_null('page.top_3_consec') }} as top_3_consecutive_text,
    {{ text_or_null('page.top_5') }} as avg_top_5_text,
    {{ text_or_null('page.top_10') }} as avg_top_10_text,
    {{ text_or_null('page.top_15') }} as avg_top_15_text,
    {{ text_or_null('page.std_deviation') }} as std_deviation_text,
    {{ text_or_null('page.consistency') }} as consistency_text,
    {{ text_or_null('page.valid_lap_range') }} as valid_lap_range_text,

    -- numerics
    {{ parse_integer(text_or_null('page.num_laps')) }} as lap_count,
    {{ parse_seconds(text_or_null('page.length')) }} as length_seconds,
    {{ parse_seconds(text_or_null('page.fastest_lap')) }} as fast_lap_seconds,
    {{ parse_seconds(text_or_null('page.avg')) }} as avg_lap_seconds,
    {{ parse_seconds(text_or_null('page.top_3_consec')) }} as top_3_consecutive,
    {{ parse_seconds(text_or_null('page.top_5')) }} as avg_top_5,
    {{ parse_seconds(text_or_null('page.top_10')) }} as avg_top_10,
    {{ parse_seconds(text_or_null('page.top_15')) }} as avg_top_15,
    {{ parse_seconds(text_or_null('page.std_deviation')) }} as std_deviation,
    {{ parse_percentage(text_or_null('page.consistency')) }} as consistency,
    {{ parse_seconds_range(text_or_null('page.valid_lap_range')) }} as valid_lap_range,

    -- how many laps the page shows, whether or not they can be read
    case
        when jsonb_typeof(pages.payload -> 'laps') = 'array' then jsonb_array_length(pages.payload -> 'laps') else 0
    end as shown_lap_count,

    -- booleans
    not pages.payload ? 'unreadable_rows' as is_whole,

    -- timestamps
    {{ parse_long_date(text_or_null('page."date"')) }} as session_date,
    {{ parse_clock(text_or_null('page.start')) }} as start_clock,
    {{ parse_clock(text_or_null('page."end"')) }} as end_clock,
    pages.fetched_at,
    pages.last_seen_at
from {{ source('liverc', 'practice_sessions') }} as pages
-- All fields at once: PostgreSQL decompresses the page for each `->>`.
cross join lateral jsonb_to_record(pages.payload) as page (
    driver text,
    class text,
    transponder text,
    "date" text,
    start text,
    "end" text,
    num_laps text,
    length text,
    fastest_lap text,
    avg text,
    top_3_consec text,
    top_5 text,
    top_10 text,
    top_15 text,
    std_deviation text,
    consistency text,
    valid_lap_range text
)
where not exists (
    select from {{ source('liverc', 'practice_sessions') }} as later
    where
        later.track_slug = pages.track_slug
        and later.session_id = pages.session_id
        and later.load_id > pages.load_id
)
