"""One crawl from begin to end: what `make crawl` and `scrapy crawl practice_days` have in common."""

import asyncio

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from scraper.config import Config
from scraper.crawl.extensions.crawl_record import CrawlRecord
from scraper.crawl.stats import CrawlStats
from scraper.errors import INTERRUPTED, CannotWork
from scraper.quiet import news


def run_crawl(process: AsyncCrawlerProcess, crawler: Crawler, config: Config) -> int:
    """Run a crawler of the spider, print the summary, and return the exit status.

    Raises UsageError, LockHeld, or CannotWork if the crawl could not begin or could not do its work.
    """
    crawl = process.crawl(crawler, config=config)
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
    print("\n".join(record.outcome.summary))
    if record.outcome.problem:
        raise CannotWork(record.outcome.problem)
    return INTERRUPTED if record.outcome.outcome == "interrupted" else 0


def _end_interrupted(crawl: asyncio.Task[None]) -> None:
    """Collect the interruption from the task, so that asyncio does not log it with a traceback."""
    if crawl.done() and not crawl.cancelled():
        crawl.exception()
