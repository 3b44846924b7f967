"""Crawl practice days into the raw tables."""

import logging
import time
from datetime import UTC, date, datetime, timedelta

import psycopg
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from scraper.config import Config
from scraper.crawl import settings
from scraper.crawl.extensions.shutdown import FINISH_REASON
from scraper.crawl.spiders.practice_days import PracticeDaysSpider
from scraper.crawl.stats import CrawlStats
from scraper.crawl.summary import summary
from scraper.crawl.time_bounds import AHEAD, BEHIND
from scraper.database.clock import clock_warning
from scraper.database.connection import Database
from scraper.database.jobs import Job, open_job
from scraper.errors import INTERRUPTED, CannotWork, UsageError
from scraper.raw import crawl_log

logger = logging.getLogger(__name__)


def run(config: Config) -> int:
    """Crawl what the settings name. Raises UsageError, CannotWork or LockHeld by the contract's statuses 2, 1 and 4."""
    if config.crawl_disabled:
        raise CannotWork("crawling is switched off by CRAWL_DISABLED=1: set it to 0 to crawl again")
    if not config.tracks:
        raise UsageError(
            "no track is given: write TRACK=canberraoffroad DATE=2025-10-25, or set TRACKS for scheduled runs"
        )
    with open_job(config, Job.CRAWL) as (database, connection):
        return _crawl(config, database, connection)


def _crawl(config: Config, database: Database, connection: psycopg.Connection) -> int:
    now = datetime.now(UTC)
    if warning := clock_warning(connection):
        print(f"Warning: {warning}")
    days = days_of(config, now)
    crawl_id = crawl_log.begin(connection, _arguments(config, days))
    newest_before = crawl_log.newest_session(connection)
    started = time.monotonic()
    stats = _run_spider(settings.for_run(config, database, crawl_id, days))
    is_interrupted = stats.finish_reason == FINISH_REASON
    problem = None if is_interrupted else _why_it_could_not_work(stats)
    outcome = "interrupted" if is_interrupted else "failed" if problem else "finished"
    seconds, figures = time.monotonic() - started, stats.figures
    try:
        figures["drivers_created_or_matched"] = crawl_log.drivers_of(connection, crawl_id, newest_before)
        crawl_log.end(connection, crawl_id, outcome, figures)
    except psycopg.OperationalError:
        problem = problem or "the connection to the database was lost before the crawl's record was closed"
    print("\n".join(summary(crawl_id, outcome, stats, figures, seconds)))
    if problem:
        raise CannotWork(problem)
    return INTERRUPTED if is_interrupted else 0


def days_of(config: Config, now: datetime) -> tuple[date, date]:
    """First and last day of this run.

    A scheduled run asks for the last days by any wall clock on earth: it is tomorrow already at UTC+14, and still
    yesterday at UTC-12. Days that are not there cost nothing, since the month page tells.
    """
    if config.practice_date or config.from_date:
        return config.date_range(now.date())
    return (now - BEHIND - timedelta(days=config.days - 1)).date(), (now + AHEAD).date()


def _run_spider(run_settings: dict[str, object]) -> CrawlStats:
    scrapy_settings = Settings()
    scrapy_settings.setmodule(settings, priority="project")
    scrapy_settings.setdict(run_settings, priority="cmdline")
    process = _quiet_process(scrapy_settings)
    crawler = process.create_crawler(PracticeDaysSpider)
    crawl = process.crawl(crawler)
    process.start(install_signal_handlers=False)  # extensions/interruption.py does
    crawl.result()  # raises what kept the crawl from starting
    return CrawlStats(crawler)


def _quiet_process(scrapy_settings: Settings) -> AsyncCrawlerProcess:
    """Ours are the lines to read: Scrapy's tell how it was set up, and warn of what is on record in better words."""
    logging.disable(logging.INFO)
    process = AsyncCrawlerProcess(scrapy_settings)
    logging.disable(logging.NOTSET)
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
    return process


def _why_it_could_not_work(stats: CrawlStats) -> str | None:
    if stats.stop_reason:
        return stats.stop_reason
    if stats["lists_failed"] + stats["months_failed"] and not stats["lists_stored"] + stats["days_unchanged"]:
        return f"no list could be read; the last failure: {stats.last_failure or 'see the error above'}"
    if not stats["pages_planned"]:
        return "no page was asked for: see the errors above, and run it again"
    if missing := stats["pages_planned"] - stats.pages_done:
        return f"{missing} pages are neither stored nor on record as failed: see the errors above, and run it again"
    return None


def _arguments(config: Config, days: tuple[date, date]) -> dict[str, object]:
    return {
        "tracks": config.tracks,
        "from": days[0].isoformat(),
        "to": days[1].isoformat(),
        "list_only": config.list_only,
        "refresh": config.refresh,
        "base_url": config.liverc_base_url,
        "concurrency": config.crawl_concurrency,
        "delay": config.crawl_delay,
    }
