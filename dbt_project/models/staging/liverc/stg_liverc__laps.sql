select
    -- ids
    pages.load_id,
    pages.track_slug,
    pages.session_id,
    lap.lap_number,

    -- strings
    lap.lap_time_text,
    lap.is_valid_text,
    nullif(concat_ws(' ', lap.date_text, lap.clock_text), '') as finished_at_text,

    -- numerics
    lap.times_on_page,
    -- a lap takes time, and less than a day
    case when lap.seconds between 0.001 and 86399.999 then lap.seconds end::numeric(12, 3) as lap_time_seconds,

    -- booleans: the page's script has "0", or the printed lap ends in a star
    coalesce(lap.is_valid_text, '1') != '0' and coalesce(lap.label, '') not like '%*' as is_valid,

    -- timestamps
    {{ parse_iso_date('lap.date_text') }} + {{ parse_clock('lap.clock_text') }} as finished_at
from {{ source('liverc', 'practice_sessions') }} as pages
-- The same lap number twice on one page: take the last one.
cross join lateral (
    select distinct on (numbered.lap_number)
        numbered.*,
        {{ parse_seconds('numbered.lap_time_text') }} as seconds,
        count(*) over (partition by numbered.lap_number) as times_on_page
    from (
        select
            element.place,
            {{ parse_integer(page_text('x', 'element.payload')) }} as lap_number,
            {{ page_text('date', 'element.payload') }} as date_text,
            {{ page_text('time', 'element.payload') }} as clock_text,
            {{ page_text('is_valid', 'element.payload') }} as is_valid_text,
            {{ page_text('label', 'element.payload') }} as label,
            coalesce(
                {{ page_text('lap_time', 'element.payload') }},
                substring(element.payload ->> 'label' from ': *([^ *]+)')
            ) as lap_time_text
        from {{ page_elements('laps', 'pages.payload') }} with ordinality as element (payload, place)
    ) as numbered
    order by numbered.lap_number asc, numbered.place desc
) as lap
where lap.lap_number >= 1
