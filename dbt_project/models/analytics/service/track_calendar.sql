{#-
    Month pages and stored days are read in place instead of imported, because PostgreSQL materializes a CTE that is read
    twice. So a query for one track reads that track only.
-#}

with

-- A union instead of a full join, through which PostgreSQL passes no filter.
days as (

    select
        track_slug,
        practice_date
    from {{ ref('stg_liverc__month_days') }}

    union distinct

    select
        track_slug,
        practice_date
    from {{ ref('practice_days') }}

),

final as (

    select
        days.track_slug,
        days.practice_date,
        month_days.session_count as site_sessions,
        stored.event_id,
        stored.ingest_depth,
        stored.verdict,
        stored.sessions,
        stored.laps
    from days
    left join {{ ref('stg_liverc__month_days') }} as month_days
        on
            days.track_slug = month_days.track_slug
            and days.practice_date = month_days.practice_date
    left join {{ ref('practice_days') }} as stored
        on
            days.track_slug = stored.track_slug
            and days.practice_date = stored.practice_date

)

select * from final
