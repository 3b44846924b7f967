"""The queries of `make status`."""

from scraper.raw.unresolved import FAILURES

LAST_CRAWL = (
    "select crawl_id, outcome, started_at, ended_at, arguments, now() from raw.crawls order by crawl_id desc limit 1"
)

# A later crawl whose arguments include all of an unfinished one's has completed it, or is itself unfinished and named.
# A scheduled crawl also completes what earlier crawls left open, from `open_from` on.
# A track that is not in TRACKS and has no stored page may be a typing mistake: only the last crawl of it counts as
# unfinished. The same holds for failed pages.
UNFINISHED_CRAWLS = """
select crawl_id, outcome, arguments
from raw.crawls as crawls
where
    outcome <> 'finished'
    and arguments ? 'from' -- a reparse has no range, since it makes no request
    and exists (
        select from jsonb_array_elements_text(crawls.arguments -> 'tracks') as named (track)
        where
            crawls.crawl_id = (select max(crawl_id) from raw.crawls)
            or named.track = any(%(tracks)s)
            or exists (select from raw.practice_months where track_slug = named.track)
            or exists (select from raw.practice_lists where track_slug = named.track)
    )
    and not exists (
        select from raw.crawls as later
        where
            later.crawl_id > crawls.crawl_id
            and (later.arguments -> 'tracks') @> (crawls.arguments -> 'tracks')
            and coalesce(later.arguments ->> 'open_from', later.arguments ->> 'from') <= case
                when later.arguments ? 'open_from' then crawls.arguments ->> 'from'
                else coalesce(crawls.arguments ->> 'open_from', crawls.arguments ->> 'from')
            end
            and (later.arguments ->> 'to') >= (crawls.arguments ->> 'to')
            and (later.arguments ->> 'list_only') <= (crawls.arguments ->> 'list_only')
    )
order by crawl_id desc
"""

# Scheduled tracks whose next crawl would leave a gap of days, or that were never crawled. What a crawl that did not
# finish has left is its rest (UNFINISHED_CRAWLS).
NOT_SCHEDULED_LATELY = """
select
    scheduled.track,
    (max(crawls.arguments ->> 'to') filter (where crawls.outcome = 'finished'))::date as last_day
from unnest(%(tracks)s::text[]) as scheduled (track)
left join raw.crawls as crawls
    on crawls.arguments ? 'from' and (crawls.arguments -> 'tracks') ? scheduled.track
group by scheduled.track
having
    count(crawls.crawl_id) = 0
    or (max(crawls.arguments ->> 'to') filter (where crawls.outcome = 'finished'))::date
    < current_date - %(days)s::integer
"""

LAST_TRANSFORM = "select outcome, ended_at, now() from intermediate.transforms order by ended_at desc limit 1"

BEHIND = """
select count(*) as pages, min(queued_at) as since, now()
from (
    select min(queued_at) as queued_at
    from raw.transform_queue
    group by track_slug, page_kind, page_key
) as pages
"""

_STILL_ASKED_FOR = """
where
    resolved_at is null
    and (
        (select arguments -> 'tracks' from raw.crawls order by crawl_id desc limit 1) ? track_slug
        or track_slug = any(%(tracks)s)
        or exists (select from raw.practice_months as months where months.track_slug = failed_pages.track_slug)
        or exists (select from raw.practice_lists as lists where lists.track_slug = failed_pages.track_slug)
    )
order by last_failed_at desc, failure_id desc
"""
FAILED = FAILURES + _STILL_ASKED_FOR

# Limits the days before it counts their sessions, so that one month does not count years of sessions.
DAYS = """
with days as (
    select id, track_id, event_date, ingest_depth, count(*) over () as total
    from racing.events
    order by event_date desc, source_event_id
    limit %(most)s
)
select tracks.source_track_slug, days.event_date, days.ingest_depth, days.total, sessions.*
from days
inner join racing.tracks as tracks on days.track_id = tracks.id
cross join lateral (
    select
        count(*) as listed,
        count(*) filter (where detail_status = 'captured') as captured,
        count(*) filter (where detail_status = 'failed') as failed
    from racing.races
    where event_id = days.id and removed_at is null
) as sessions
order by days.event_date desc, tracks.source_track_slug
"""

# Tracks of which no page shows a practice day.
WITHOUT_PRACTICE = """
select months.track_slug, max(months.month) as newest_month
from raw.practice_months as months
where not exists (select from raw.practice_lists as lists where lists.track_slug = months.track_slug)
group by months.track_slug
having bool_and(months.payload #> '{days,0}' is null and not months.payload ? 'unreadable_rows')
order by months.track_slug
limit %(most)s
"""

# The latest pages with unreadable rows. The table is small: one page per month of a track.
MONTHS_WITH_UNREADABLE_ROWS = """
select
    track_slug,
    month,
    payload #>> '{unreadable_rows,0,row}' as first_row,
    jsonb_array_length(payload -> 'unreadable_rows') as rows,
    count(*) over () as total
from raw.practice_months as months
where
    payload ? 'unreadable_rows'
    and not exists (
        select from raw.practice_months as later
        where later.track_slug = months.track_slug and later.month = months.month and later.load_id > months.load_id
    )
order by month desc, track_slug
limit %(most)s
"""

# The days of each track with missing session pages. A list that is short of its month page makes a day partial too,
# though no known session page is missing.
INCOMPLETE = """
with days as (
    select tracks.source_track_slug as track, events.event_date, missing.sessions
    from racing.events as events
    inner join racing.tracks as tracks on events.track_id = tracks.id
    cross join lateral (
        select count(*) as sessions
        from racing.races
        where event_id = events.id and removed_at is null and detail_status <> 'captured'
    ) as missing
    where events.ingest_depth in ('partial', 'list_only') and missing.sessions > 0
)
select
    track,
    count(*) as days,
    sum(sessions) as sessions,
    min(event_date) as first_day,
    max(event_date) as last_day,
    (array_agg(event_date order by event_date desc))[:3] as newest,
    count(*) over () as tracks
from days
group by track
order by last_day desc, track
limit %(most)s
"""
