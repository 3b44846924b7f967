"""One crawl from begin to end: what `make crawl`, `scrapy crawl practice_days` and the service have in common."""

import asyncio

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from scraper.config import Config
from scraper.crawl import settings
from scraper.crawl.config_addon import scrapy_settings
from scraper.crawl.extensions.crawl_record import CrawlOutcome, CrawlRecord
from scraper.crawl.scope import CrawlScope
from scraper.crawl.stats import CrawlStats
from scraper.errors import INTERRUPTED, CannotWork
from scraper.quiet import news


def settings_of(config: Config) -> Settings:
    """Return Scrapy's settings for a crawl with this configuration."""
    crawl_settings = Settings()
    crawl_settings.setmodule(settings, priority="project")
    # The configuration may have options that the environment, which the add-on reads, does not know.
    crawl_settings.setdict({**scrapy_settings(config), "ADDONS": {}, "LOG_INSTALL_ROOT_HANDLER": False}, "cmdline")
    return crawl_settings


def run_crawl(process: AsyncCrawlerProcess, crawler: Crawler, config: Config) -> int:
    """Run a crawler of the spider, print the summary, and return the exit status.

    Raises UsageError, LockHeld, or CannotWork if the crawl could not begin or could not do its work.
    """
    outcome = outcome_of(process, crawler, config)
    print("\n".join(outcome.summary))
    if outcome.problem:
        raise outcome.problem
    return INTERRUPTED if outcome.outcome == "interrupted" else 0


def outcome_of(
    process: AsyncCrawlerProcess, crawler: Crawler, config: Config, scope: CrawlScope | None = None
) -> CrawlOutcome:
    """Run a crawler of the spider, and return how the crawl ended. The scope is that of `config` unless it is given.

    Raises UsageError, LockHeld or CannotWork if the crawl could not begin.
    """
    crawl = process.crawl(crawler, config=config, scope=scope)
    try:
        process.start(install_signal_handlers=False)  # the extension Shutdown installs its own
    except KeyboardInterrupt:
        _end_interrupted(crawl)
        raise
    crawl.result()  # raises what kept the crawl from starting
    record = crawler.get_extension(CrawlRecord)
    if record is None or record.outcome is None:
        raise CannotWork("the crawl did not end: see the errors above")
    if CrawlStats(crawler).has_news:
        news()
    return record.outcome


def _end_interrupted(crawl: asyncio.Task[None]) -> None:
    """Collect the interruption from the task, so that asyncio does not log it with a traceback."""
    if crawl.done() and not crawl.cancelled():
        crawl.exception()
