"""The child process of a crawl: crawls a scope, reports pages as they are stored, and says how it ended."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from typing import Any

import psycopg
from structlog.contextvars import bind_contextvars

from scraper.config import Config
from scraper.crawl.scope import CrawlScope
from scraper.errors import Code, PracticeError
from scraper.raw.items import CapturedPage, FailedPage, Item
from scraper.raw.page_kinds import LIST, MONTH, SESSION
from service.jobs.problems import Problem, of_database

_SECONDS_BETWEEN_REPORTS = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CrawlRequest:
    """What to crawl; without a scope the scheduled crawl of the settings."""

    scope: CrawlScope | None
    jobs: Sequence[str]
    """The ids of the jobs, for the log."""


@dataclass(frozen=True)
class DayCrawled:
    """What a crawl has met with a day: the code of the list's failure, and that of a session page's, None without."""

    list_failure: Code | None
    session_failure: Code | None = None


@dataclass(frozen=True)
class CrawlEnded:
    """How a crawl ended: `outcome` and `figures` as in `raw.crawls`, with the pages that failed or wait.

    `days` has each day whose list was requested, by track in lower case and day; `months` the code of each month page's
    failure, None without, by track and first day. A crawl that could not begin has the outcome `failed`, and a problem.
    """

    outcome: str
    figures: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[tuple[str, date], DayCrawled] = field(default_factory=dict)
    months: Mapping[tuple[str, date], Code | None] = field(default_factory=dict)
    problem: Problem | None = None


def main(connection: Connection, config: Config) -> None:
    """Serve one request."""
    request: CrawlRequest = connection.recv()
    bind_contextvars(job_ids=request.jobs)
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

    settings = settings_of(config)
    settings["LOG_INSTALL_ROOT_HANDLER"] = False
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(PracticeDaysSpider)
    stats = CrawlStats(crawler)
    report = _Report(stats, send)
    crawler.signals.connect(report.note, signals.item_scraped)
    outcome = outcome_of(process, crawler, config, request.scope)
    report.send()
    problem = Problem.of(outcome.problem) if outcome.problem else None
    left = {figure: stats[figure] for figure in ("pages_failed", "pages_waiting")}
    return CrawlEnded(outcome.outcome, {**outcome.figures, **left}, report.days(), report.months, problem)


class _Report:
    """Sends the number of pages while they are stored, and remembers what failed of which day."""

    def __init__(self, stats: Any, send: Callable[[object], None]) -> None:
        self._stats = stats
        self._send = send
        self._sent_at = 0.0
        self.months: dict[tuple[str, date], Code | None] = {}
        self._lists: dict[tuple[str, date], Code | None] = {}
        self._listed: dict[tuple[str, date], set[str]] = {}
        # By track and session id, since a session page does not say which day it was requested for.
        self._failed_sessions: dict[tuple[str, str], Code] = {}

    def note(self, item: Item) -> None:
        """Note a page that is committed: captured, or failed."""
        page, failure = item.page, item.code if isinstance(item, FailedPage) else None
        track = page.track_slug.lower()
        if page.kind == MONTH:
            self.months[track, date.fromisoformat(f"{page.key}-01")] = failure
        elif page.kind == LIST:
            day = track, date.fromisoformat(page.key)
            self._lists[day] = failure
            if isinstance(item, CapturedPage):
                self._listed[day] = {row["session_id"] for row in item.payload["sessions"]}
        elif page.kind == SESSION and failure:
            self._failed_sessions[track, page.key] = failure
        if time.monotonic() - self._sent_at >= _SECONDS_BETWEEN_REPORTS:
            self.send()

    def days(self) -> dict[tuple[str, date], DayCrawled]:
        """Return the days whose lists were requested."""
        return {day: DayCrawled(failure, self._session_failure(day)) for day, failure in self._lists.items()}

    def _session_failure(self, day: tuple[str, date]) -> Code | None:
        listed, track = self._listed.get(day, set()), day[0]
        codes = [
            code for (own, session_id), code in self._failed_sessions.items() if own == track and session_id in listed
        ]
        return codes[-1] if codes else None

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
