"""Items to committed raw rows through the crawler's pipeline, in pages per second, against COPY of the same rows."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from bench.measuring import alternate
from bench.scratch import Scratch
from bench.settings import Settings as BenchSettings
from bench.stored_items import empty_raw_tables, stored_items
from bench.table import Line, Target
from scraper.crawl.pipelines import LARGEST_GROUP, RawTablesPipeline
from scraper.database.connection import Database
from scraper.pages import PARSER_VERSION
from scraper.raw import crawl_log
from scraper.raw.items import CapturedPage
from scraper.raw.json_text import content_hash, storable_json
from tests.support.history import fill

MOST_IN_FLIGHT = 5
"""The largest CRAWL_CONCURRENCY."""

_WHY_MISSED = "the crawler waits while the server compares and writes a group, and the server waits in between"

_COPY = """
copy raw.practice_sessions (track_slug, session_id, payload, content_hash, url, parser_version, crawl_id) from stdin
"""


def measure(scratch: Scratch, settings: BenchSettings) -> Iterator[Line]:
    """Yield a line for full groups, and one for as many concurrent pages as a crawl has at most."""
    database = scratch.database("raw_rows")
    fill(database, settings.items)
    items = [item for item in stored_items(database) if item.page.kind == "session"]
    crawl_id = begin_crawl(database)
    rows = copy_rows(items, crawl_id)
    timings = alternate(
        {
            "groups": partial(store, database, crawl_id, items, at_once=LARGEST_GROUP),
            "crawl": partial(store, database, crawl_id, items, at_once=MOST_IN_FLIGHT),
            "copy": partial(copy, database, rows),
        },
        settings.rounds,
        before_each=lambda _: empty_raw_tables(database),
    )
    rate = {name: len(items) / timings.median(name) for name in timings.seconds}
    for name, at_once, limit in (("groups", LARGEST_GROUP, 5000), ("crawl", MOST_IN_FLIGHT, None)):
        yield Line(
            f"items → committed raw rows, {at_once} concurrent pages",
            f"{rate[name]:,.0f} pages/s",
            f"COPY of the same {len(items):,} rows: {rate['copy']:,.0f}/s",
            f"{timings.ratio('copy', to=name):.2f} of COPY",
            [Target(rate[name], limit, f"≥ {limit:,} pages/s", _WHY_MISSED)] if limit else [],
        )


def begin_crawl(database: Database) -> int:
    """Insert a crawl, which every page version refers to, and return its id."""
    with database.connect() as connection:
        return crawl_log.begin(connection, {})


def store(database: Database, crawl_id: int, items: Sequence[CapturedPage], at_once: int) -> None:
    """Pass the items to the pipeline as Scrapy does, with `at_once` items waiting for their commit at any time."""
    asyncio.run(_store(database, crawl_id, items, at_once))


async def _store(database: Database, crawl_id: int, items: Sequence[CapturedPage], at_once: int) -> None:
    crawler = SimpleNamespace(settings=Settings())
    crawler.stats = MemoryStatsCollector(cast(Crawler, crawler))
    pipeline = RawTablesPipeline(cast(Crawler, crawler), database, crawl_id)
    await pipeline.open_spider()
    waiting = iter(items)

    async def store_waiting() -> None:
        for item in waiting:
            await pipeline.process_item(item)

    await asyncio.gather(*(store_waiting() for _ in range(at_once)))
    await pipeline.close_spider()


def copy_rows(items: Sequence[CapturedPage], crawl_id: int) -> list[tuple[Any, ...]]:
    """Return the rows that the pipeline stores for the items, as parameters of COPY."""
    return [
        (
            item.page.track_slug,
            item.page.key,
            payload,
            content_hash(payload),
            item.url,
            PARSER_VERSION,
            crawl_id,
        )
        for item, payload in ((item, storable_json(item.payload)) for item in items)
    ]


def copy(database: Database, rows: Sequence[tuple[Any, ...]]) -> None:
    """Store the rows by one COPY into the same table, with its indexes and its trigger: a lower bound of the cost."""
    with database.connect() as connection, connection.cursor().copy(_COPY) as into:
        for row in rows:
            into.write_row(row)
