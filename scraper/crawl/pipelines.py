"""Items into the raw tables, by group commit; an item counts once it is committed."""

import asyncio
from typing import Self

import psycopg
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from scraper.crawl.extensions.crawl_record import CrawlRecord
from scraper.crawl.middlewares.site_slot import stop_crawl
from scraper.crawl.stats import CrawlStats
from scraper.database.connection import Database
from scraper.database.diagnosis import explain_error
from scraper.errors import CannotWork, Code
from scraper.raw.items import CapturedPage, FailedPage, Item
from scraper.raw.store import RawStore

LARGEST_GROUP = 100

Waiting = tuple[Item, asyncio.Future[bool]]


class RawTablesPipeline:
    """Stores items by group commit: the first waiting item writes all waiting items in one transaction.

    So groups grow with the load, and no timer is needed. `process_item` returns once its item is committed. A slow
    database therefore slows the crawl instead of filling memory, and since the engine waits for items in progress
    before it closes, the last ones are stored also after Ctrl-C.
    """

    def __init__(self, crawler: Crawler, database: Database, crawl_id: int) -> None:
        self._crawler = crawler
        self._stats = CrawlStats(crawler)
        self._database = database
        self._crawl_id = crawl_id
        self._waiting: list[Waiting] = []
        self._lock = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the pipeline for a crawl, as Scrapy does; without a crawl record nothing is stored."""
        record = crawler.get_extension(CrawlRecord)
        if record is None:
            raise NotConfigured
        return cls(crawler, record.database, record.crawl_id)

    async def open_spider(self) -> None:
        """Connect."""
        self._store = await RawStore.connect(self._database, self._crawl_id)

    async def close_spider(self) -> None:
        """Disconnect; no item is waiting any more."""
        await self._store.close()

    async def process_item(self, item: Item) -> Item:
        """Store an item. One that the database refuses is stored as failed, without an effect on others."""
        try:
            await self._store_and_count(item)
        except psycopg.OperationalError as problem:
            # Without a database every further request would be load on the site for nothing.
            self._stats.set_stop_reason(CannotWork(explain_error(problem), Code.DATABASE_UNAVAILABLE))
            stop_crawl(self._crawler, "database_lost")
            raise DropItem("the database is lost", log_level="DEBUG") from None
        return item

    async def _store_and_count(self, item: Item) -> None:
        if isinstance(item, FailedPage):
            await self._write(item)
            self._stats.page_failed(item)
            return
        try:
            self._stats.page_stored(item, is_new=await self._write(item))
        except psycopg.OperationalError:
            raise
        except (psycopg.Error, ValueError) as problem:
            await self._store_and_count(_refused(item, problem))

    async def _write(self, item: Item) -> bool:
        """Wait until the item is committed. Return whether it is a new version."""
        is_new: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, is_new))
        async with self._lock:
            if not is_new.done():
                group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
                await self._write_group(group)
        return await is_new

    async def _write_group(self, group: list[Waiting]) -> None:
        try:
            results = await self._store.save([item for item, _ in group])
        except Exception as problem:  # any error: the waiting coroutines get it
            if len(group) == 1 or isinstance(problem, psycopg.OperationalError):
                for _, is_new in group:
                    is_new.set_exception(problem)
                return
            for waiting in group:
                await self._write_group([waiting])
            return
        for (_, is_new), result in zip(group, results, strict=True):
            is_new.set_result(result)


def _refused(captured: CapturedPage, problem: Exception) -> FailedPage:
    reason = " ".join(str(problem).split())
    return FailedPage(captured.page, captured.url, "unstorable", reason, body=captured.body)
