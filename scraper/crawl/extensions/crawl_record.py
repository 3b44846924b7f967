"""The frame of a crawl: its lock, its row in the crawl log, and its outcome."""

import logging
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Self

import psycopg
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from scraper.config import Config
from scraper.crawl.extensions.shutdown import FINISH_REASON
from scraper.crawl.scope import CrawlScope, config_of_crawl
from scraper.crawl.stats import CrawlStats, summary
from scraper.database.clock import clock_warning
from scraper.database.jobs import Job, open_job
from scraper.errors import CannotWork, Code, UsageError
from scraper.quiet import news
from scraper.raw import crawl_log, tracks

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CrawlOutcome:
    """How a crawl ended.

    `outcome` and `figures` are those of `raw.crawls`; the figures lack the drivers if the database is lost. A crawl
    that is `finished` may have a problem, too: a page kind that cannot be read any more. `summary` is for people.
    """

    crawl_id: int
    outcome: str
    problem: CannotWork | None
    figures: dict[str, int]
    summary: list[str]


class CrawlRecord:
    """Opens the database, takes the crawl lock, and keeps the crawl's row in `raw.crawls` from begin to end.

    `scrapy fetch`, `shell` and `parse` are no crawls, and have no record.
    """

    outcome: CrawlOutcome | None = None

    def __init__(self, crawler: Crawler, config: Config, scope: CrawlScope) -> None:
        """Begin the crawl. Raises UsageError, CannotWork, or LockHeld while another crawl is running."""
        if config.crawl_disabled:
            problem = "crawling is disabled by CRAWL_DISABLED=1: set it to 0 to crawl again"
            raise CannotWork(problem, Code.CRAWL_DISABLED)
        if not scope.tracks:
            raise UsageError(
                "no track is given: write TRACK=canberraoffroad DATE=2025-10-25, or set TRACKS for scheduled crawls"
            )
        self._stats = CrawlStats(crawler)
        self._started = time.monotonic()
        with ExitStack() as resources:
            self.database, self._connection = resources.enter_context(open_job(config, Job.CRAWL))
            self.scope = scope.with_tracks(tracks.spellings(self._connection, scope.tracks))
            if warning := clock_warning(self._connection):
                logger.warning(warning)
                news()
            self.crawl_id = crawl_log.begin(self._connection, _arguments(config, self.scope))
            self._newest_before = crawl_log.newest_session(self._connection)
            self._resources = resources.pop_all()
        crawler.signals.connect(self._end, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the extension for a crawl, as Scrapy does."""
        config, scope = config_of_crawl(crawler), getattr(crawler.spider, "scope", None)
        if config is None or scope is None:
            raise NotConfigured
        return cls(crawler, config, scope)

    def _end(self, reason: str) -> None:
        is_interrupted = reason == FINISH_REASON
        problem = None if is_interrupted else self._problem()
        outcome = "interrupted" if is_interrupted else "failed" if problem else "finished"
        figures = self._stats.figures
        with suppress(psycopg.Error), self._resources:
            try:
                figures["drivers_created_or_matched"] = crawl_log.drivers_of(
                    self._connection, self.crawl_id, self._newest_before
                )
                crawl_log.end(self._connection, self.crawl_id, outcome, figures)
            except psycopg.OperationalError:
                lost = "the connection to the database was lost before the crawl log was completed"
                problem = problem or CannotWork(lost, Code.DATABASE_UNAVAILABLE)
        # The crawl has done its work and the log says so, but an operator has to know.
        if problem is None and self._stats.unreadable_kinds:
            problem = CannotWork("\n".join(self._stats.unreadable_kinds), Code.PAGE_FORMAT_ERROR)
        seconds = time.monotonic() - self._started
        lines = summary(self.crawl_id, outcome, self._stats, figures, seconds)
        self.outcome = CrawlOutcome(self.crawl_id, outcome, problem, figures, list(lines))

    def _problem(self) -> CannotWork | None:
        return self._stats.problem(is_scheduled=self.scope.is_scheduled, needs_list=not self.scope.named_months)


def _arguments(config: Config, scope: CrawlScope) -> dict[str, object]:
    open_from = {"open_from": scope.open_from.isoformat()} if scope.open_from else {}
    return {
        **open_from,
        "tracks": scope.tracks,
        **_asked_for(scope),
        "list_only": scope.list_only,
        "refresh": scope.refresh,
        "base_url": config.liverc_base_url,
        "concurrency": config.crawl_concurrency,
        "delay": config.crawl_delay,
    }


def _asked_for(scope: CrawlScope) -> dict[str, object]:
    """Return the range of a crawl, or the pages that were named: who names two days leaves out those between them."""
    if scope.named_months:
        return {"months": scope.named_months}
    if len({day for _, day in scope.named_days}) > 1:
        return {"days": [(track, day.isoformat()) for track, day in scope.named_days]}
    return {"from": scope.first_day.isoformat(), "to": scope.last_day.isoformat()}
