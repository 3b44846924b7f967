"""The child process of a crawl: crawls a scope, reports pages as they are stored, and says how it ended."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from typing import Any

import psycopg

from scraper.config import Config
from scraper.crawl.scope import CrawlScope
from scraper.errors import Code, PracticeError
from scraper.raw.items import FailedPage, Item
from scraper.raw.page_kinds import LIST
from service.jobs.problems import Problem, of_database

_SECONDS_BETWEEN_REPORTS = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CrawlRequest:
    """What to crawl; without a scope the scheduled crawl of the settings."""

    scope: CrawlScope | None


@dataclass(frozen=True)
class CrawlEnded:
    """How a crawl ended: `outcome` and `figures` as in `raw.crawls`.

    `lists` has each list that was read, by track in lower case and day, with None, or the code of its failure. A crawl
    that could not begin has the outcome `failed`, and a problem.
    """

    outcome: str
    figures: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[tuple[str, date], Code | None] = field(default_factory=dict)
    problem: Problem | None = None


def main(connection: Connection, config: Config) -> None:
    """Serve one request."""
    logging.basicConfig(level=logging.ERROR, format="%(asctime)s %(levelname)s %(message)s")
    request: CrawlRequest = connection.recv()
    try:
        ended = _crawl(config, request, connection.send)
    except PracticeError as problem:
        ended = CrawlEnded("failed", problem=Problem.of(problem))
    except psycopg.Error as problem:
        ended = CrawlEnded("failed", problem=of_database(problem))
    connection.send(ended)


def _crawl(config: Config, request: CrawlRequest, send: Callable[[object], None]) -> CrawlEnded:
    from scrapy import signals  # noqa: PLC0415 - the worker imports this module, and needs no Scrapy
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415

    from scraper.crawl.run import outcome_of, settings_of  # noqa: PLC0415
    from scraper.crawl.spiders.practice_days import PracticeDaysSpider  # noqa: PLC0415
    from scraper.crawl.stats import CrawlStats  # noqa: PLC0415

    process = AsyncCrawlerProcess(settings_of(config))
    crawler = process.create_crawler(PracticeDaysSpider)
    report = _Report(CrawlStats(crawler), send)
    crawler.signals.connect(report.note, signals.item_scraped)
    outcome = outcome_of(process, crawler, config, request.scope)
    report.send()
    problem = Problem.of(outcome.problem) if outcome.problem else None
    return CrawlEnded(outcome.outcome, outcome.figures, report.lists, problem)


class _Report:
    """Sends the number of pages while they are stored, and remembers the lists."""

    def __init__(self, stats: Any, send: Callable[[object], None]) -> None:
        self._stats = stats
        self._send = send
        self._sent_at = 0.0
        self.lists: dict[tuple[str, date], Code | None] = {}

    def note(self, item: Item) -> None:
        """Note a page that is committed: captured, or failed."""
        page = item.page
        if page.kind == LIST:
            code = item.code if isinstance(item, FailedPage) else None
            self.lists[page.track_slug.lower(), date.fromisoformat(page.key)] = code
        if time.monotonic() - self._sent_at >= _SECONDS_BETWEEN_REPORTS:
            self.send()

    def send(self) -> None:
        """Send the numbers as they are now."""
        self._sent_at = time.monotonic()
        stats = self._stats
        self._send(
            {
                "pages_planned": stats["pages_planned"],
                "pages_done": stats.pages_done,
                "pages_failed": stats["pages_failed"],
            }
        )
