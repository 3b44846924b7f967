"""Rows of the database for the tests of `make status`."""

import psycopg
from psycopg.types.json import Jsonb

FIRST_TRACK = """
insert into racing.tracks (id, source, source_track_slug, track_url) values (gen_random_uuid(), 'liverc', 'bend', 'x')
"""
DAYS = """
insert into racing.events
    (id, source, source_event_id, track_id, event_name, event_date, event_entries, event_drivers, event_url,
     ingest_depth, last_ingested_at, event_metadata)
select gen_random_uuid(), 'liverc', 'bend-' || n, tracks.id, 'x', date '2025-10-26' - n, 0, 1,
    'x', %(depth)s, now(), '{}'
from generate_series(0, %(days)s - 1) as n cross join racing.tracks as tracks
"""
SESSIONS = """
insert into racing.races
    (id, event_id, source, source_race_id, class_name, race_label, race_url, session_type, detail_status, removed_at)
select gen_random_uuid(), events.id, 'liverc', n, 'x', 'x', 'x', 'practiceday', (%(states)s::text[])[n],
    case when (%(states)s::text[])[n] = 'list_only' then now() end
from racing.events as events cross join generate_series(1, cardinality(%(states)s::text[])) as n
"""
CRAWL = """
insert into raw.crawls (arguments, version, outcome, started_at, ended_at)
values (%s, '1', %s, now() - interval '3 hours', case when %s <> 'running' then now() - interval '3 hours' end)
returning crawl_id
"""
TRANSFORM = """
insert into intermediate.transforms (started_at, ended_at, outcome)
values (now(), now() - interval '2 hours', %s)
"""
MONTH_PAGE = """
insert into raw.practice_months (track_slug, month, payload, content_hash, url, parser_version, crawl_id)
values (%s, '2025-10', '{}', 'x', 'x', 1, 1)
"""
FAILURE = """
insert into raw.failed_pages (track_slug, page_kind, page_key, url, reason_kind, reason, crawl_id)
select 'bend', %s, n, 'x', 'status', 'the site responded with status 500 [b]', 1 from generate_series(1, %s) as n
"""


def add_crawl(
    connection: psycopg.Connection, outcome: str, tracks: str = "bend", last_day: str = "2025-10-26", **others: str
) -> None:
    arguments = {"tracks": tracks.split(), "from": "2025-10-24", "to": last_day, "list_only": False, **others}
    connection.execute(CRAWL, [Jsonb(arguments), outcome, outcome])
