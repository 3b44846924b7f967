"""Read the stored bodies of failed pages again, after a page object was fixed.

The site is not requested. A page that can be read now is stored with the time of its response, so that the next crawl
sees what has changed since, and its failure is resolved. All other failures stay for the next crawl.
"""

import asyncio
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from scraper.config import Config
from scraper.console import counted
from scraper.database.connection import Database
from scraper.database.jobs import Job, open_job
from scraper.pages import PageError
from scraper.quiet import news
from scraper.raw import crawl_log
from scraper.raw.history import RawHistory
from scraper.raw.items import CapturedPage, PageId
from scraper.raw.page_kinds import SESSION, read_page
from scraper.raw.store import RawStore

# A body with another status is an error page of the site.
_STORED_BODIES = """
select track_slug, page_kind, page_key, url, body, last_failed_at from raw.failed_pages
where resolved_at is null and body is not null and coalesce(http_status, 200) = 200
order by failure_id
"""


@dataclass(frozen=True)
class StoredBody:
    """An unresolved failure with the compressed body of its page."""

    track_slug: str
    page_kind: str
    page_key: str
    url: str
    body: bytes
    last_failed_at: datetime | None = None


def run(config: Config) -> int:
    """Read all stored bodies again. Raises CannotWork or LockHeld."""
    with open_job(config, Job.REPARSE) as (database, connection):
        bodies = connection.cursor(row_factory=class_row(StoredBody)).execute(_STORED_BODIES).fetchall()
        captured = list(_readable(bodies))
        if captured:
            news()
            _store(database, connection, captured)
    print(f"{len(captured)} of {counted(len(bodies), 'stored page')} could be read; make transform derives their rows")
    return 0


def _readable(bodies: Sequence[StoredBody]) -> Iterator[CapturedPage]:
    for stored in bodies:
        try:
            yield read_again(stored)
        except PageError as problem:
            print(f"  still unreadable  {stored.url}: {problem.reason}")


def read_again(stored: StoredBody) -> CapturedPage:
    """Read the page of a stored body. Raises PageError while it still cannot be read."""
    page = PageId(stored.track_slug, stored.page_kind, stored.page_key)
    body = zlib.decompress(stored.body)
    return read_page(page, stored.url, body.decode(errors="replace"), body, read_at=stored.last_failed_at)


def _store(database: Database, connection: psycopg.Connection, captured: Sequence[CapturedPage]) -> None:
    """Store the pages under a row of their own in the crawl log: every raw row names its crawl."""
    tracks = sorted({item.page.track_slug for item in captured})
    crawl_id = crawl_log.begin(connection, {"tracks": tracks, "reparse": True})
    asyncio.run(_save(database, crawl_id, captured))
    sessions = sum(item.page.kind == SESSION for item in captured)
    crawl_log.end(connection, crawl_id, "finished", {"sessions_ingested": sessions})


async def _save(database: Database, crawl_id: int, captured: Sequence[CapturedPage]) -> None:
    store, history = await RawStore.connect(database, crawl_id), await RawHistory.connect(database)
    try:
        for item in captured:
            await store.save([await history.next_to_its_month(item)])
    finally:
        await store.close()
        await history.close()
