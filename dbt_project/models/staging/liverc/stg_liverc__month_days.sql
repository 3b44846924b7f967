select
    -- ids
    months.track_slug,
    months.month,
    months.load_id,
    {{ parse_iso_date(page_text('date', 'day.payload')) }} as practice_date,

    -- strings
    {{ page_text('sessions', 'day.payload') }} as session_count_text,

    -- numerics
    {{ parse_integer(page_text('sessions', 'day.payload')) }} as session_count,

    -- columns of the page with another heading
    day.payload - 'date' - 'label' - 'sessions' as other_columns,

    -- timestamps
    months.fetched_at
from {{ ref('stg_liverc__practice_months') }} as months
cross join lateral {{ page_elements('days', 'to_jsonb(months)') }} as day (payload)
