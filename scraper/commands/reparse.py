"""Read again what could not be read: the kept bodies of failed pages, after a page object was mended.

The site is not asked. What can be read now is stored with the time when it came, so that the next crawl sees what has
changed since; its failure is resolved. What still cannot be read stays on record for the next crawl.
"""

import asyncio
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from scraper.config import Config
from scraper.database.connection import Database
from scraper.database.jobs import Job, open_job
from scraper.pages import DayListPage, MonthPage, PageError, SessionPage
from scraper.raw import crawl_log
from scraper.raw.items import Page, PracticeList, PracticeMonth, PracticeSession
from scraper.raw.store import RawStore

# A body that came with another status is the site's word for a failure, not a page.
_KEPT = """
select track_slug, page_kind, page_key, url, body, last_failed_at from raw.failed_pages
where resolved_at is null and body is not null and coalesce(http_status, 200) = 200
order by failure_id
"""


def run(config: Config) -> int:
    """Read all kept bodies again. Raises CannotWork or LockHeld."""
    with open_job(config, Job.REPARSE) as (database, connection):
        failures = connection.cursor(row_factory=dict_row).execute(_KEPT).fetchall()
        pages = list(_readable(failures))
        if pages:
            _store(database, connection, pages)
    print(f"{len(pages)} of {len(failures)} kept pages could be read; make transform derives what they say")
    return 0


def _readable(failures: list[dict[str, Any]]) -> Iterator[Page]:
    for failure in failures:
        came_at = failure.pop("last_failed_at")
        try:
            yield replace(read_again(**failure), read_at=came_at)
        except PageError as problem:
            print(f"  still unreadable  {failure['url']}: {problem.reason}")


def read_again(track_slug: str, page_kind: str, page_key: str, url: str, body: bytes) -> Page:
    """The page in a kept, compressed body. Raises PageError while it still cannot be read."""
    kept = zlib.decompress(body)
    html = kept.decode(errors="replace")
    if page_kind == "month":
        return PracticeMonth(track_slug, page_key, url, MonthPage(html, month=page_key).payload(), kept)
    if page_kind == "list":
        day = date.fromisoformat(page_key)
        return PracticeList(track_slug, day, url, DayListPage(html, date=page_key).payload(), kept)
    return PracticeSession(track_slug, page_key, url, SessionPage(html).payload(), kept)


def _store(database: Database, connection: psycopg.Connection, pages: list[Page]) -> None:
    """Under a record of its own: every raw row says which run wrote it."""
    tracks = sorted({page.track_slug for page in pages})
    crawl_id = crawl_log.begin(connection, {"tracks": tracks, "reparse": True})
    asyncio.run(_save(database, crawl_id, pages))
    sessions = sum(isinstance(page, PracticeSession) for page in pages)
    crawl_log.end(connection, crawl_id, "finished", {"sessions_ingested": sessions})


async def _save(database: Database, crawl_id: int, pages: list[Page]) -> None:
    store = await RawStore.connect(database, crawl_id)
    try:
        for page in pages:
            await store.save([page])
    finally:
        await store.close()
