"""Items into the raw tables, in small batches, counted once they are committed."""

import asyncio
from typing import Self

import psycopg
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from scraper.crawl.downloader import stop_crawl
from scraper.crawl.stats import CrawlStats
from scraper.database.diagnosis import explain_error
from scraper.raw.items import FailedPage, Page
from scraper.raw.store import RawStore

LARGEST_BATCH = 100

Waiting = tuple[Page | FailedPage, asyncio.Future[bool]]


class RawTablesPipeline:
    """Whoever comes first writes for all who wait: batches grow with the load, and the last one needs no clock.

    `process_item` returns once its item is committed, so a slow database slows the crawl instead of filling memory, and
    the engine, which waits for items in progress when it closes, writes the tail also on Ctrl-C.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._stats = CrawlStats(crawler)
        self._waiting: list[Waiting] = []
        self._writing = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes it."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Connect."""
        settings = self._crawler.settings
        self._store = await RawStore.connect(settings["PRACTICE_DATABASE"], settings["PRACTICE_CRAWL_ID"])

    async def close_spider(self) -> None:
        """Disconnect; nothing waits any more."""
        await self._store.close()

    async def process_item(self, item: Page | FailedPage) -> Page | FailedPage:
        """Store the item. One that the database refuses goes on record as failed, and costs no other."""
        try:
            await self._store_and_count(item)
        except psycopg.OperationalError as problem:
            # Without a database every further request would be load on the site for nothing.
            self._stats.stop(explain_error(problem))
            stop_crawl(self._crawler, "database_lost")
            raise DropItem("the database is gone") from None
        return item

    async def _store_and_count(self, item: Page | FailedPage) -> None:
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

    async def _write(self, item: Page | FailedPage) -> bool:
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, stored))
        async with self._writing:
            if not stored.done():
                batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
                await self._write_batch(batch)
        return await stored

    async def _write_batch(self, batch: list[Waiting]) -> None:
        try:
            for (_, stored), is_new in zip(batch, await self._store.save([item for item, _ in batch]), strict=True):
                stored.set_result(is_new)
        except Exception as problem:  # whatever it is, those who wait must hear of it
            if len(batch) == 1 or isinstance(problem, psycopg.OperationalError):
                for _, stored in batch:
                    stored.set_exception(problem)
                return
            for entry in batch:
                await self._write_batch([entry])


def _refused(page: Page, problem: Exception) -> FailedPage:
    reason = " ".join(str(problem).split())
    return FailedPage(page.track_slug, page.kind, page.key, page.url, "unstorable", reason, body=page.body)
