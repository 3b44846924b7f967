"""Progress of a crawl: a bar on a terminal, a log line every half minute elsewhere."""

import asyncio
import logging
import sys
import time
from contextlib import suppress
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from scraper.crawl.scope import config_of_crawl
from scraper.crawl.stats import CrawlStats

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_DRAWINGS = 0.5
SECONDS_BETWEEN_LINES = 30.0


class Progress:
    """Replaces Scrapy's LogStats: shows pages done, planned and failed, and the time left.

    The number of planned pages grows while lists are read.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._stats = CrawlStats(crawler)
        self._started = time.monotonic()
        crawler.signals.connect(self._begin, signals.spider_opened)
        crawler.signals.connect(self._end, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the extension for a crawl, as Scrapy does."""
        if config_of_crawl(crawler) is None:
            raise NotConfigured
        return cls(crawler)

    def _begin(self) -> None:
        self._display = asyncio.ensure_future(self._draw() if sys.stderr.isatty() else self._log())

    async def _end(self) -> None:
        self._display.cancel()
        with suppress(asyncio.CancelledError):
            await self._display

    async def _draw(self) -> None:
        columns = (TextColumn("pages"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]} failed"))
        with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("crawl", total=None, failed=0)
            while True:
                stats = self._stats
                bar.update(task, total=stats["pages_planned"], completed=stats.pages_done, failed=stats["pages_failed"])
                await asyncio.sleep(SECONDS_BETWEEN_DRAWINGS)

    async def _log(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LINES)
            stats, seconds = self._stats, time.monotonic() - self._started
            logger.info(progress_line(stats["pages_planned"], stats.pages_done, stats["pages_failed"], seconds))


def progress_line(planned: int, done: int, failed: int, seconds: float) -> str:
    """Describe the progress of a crawl after this many seconds."""
    left = f"about {(planned - done) * seconds / done / 60:.0f} min left" if done else "no page yet"
    return f"{done} of {planned} pages, {failed} failed, {left}"
