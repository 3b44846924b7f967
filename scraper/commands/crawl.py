"""Crawl practice days into the raw tables."""

import logging
import sys

from scrapy.crawler import AsyncCrawlerProcess

from scraper.config import Config
from scraper.crawl import settings
from scraper.crawl.run import run_crawl, settings_of
from scraper.crawl.spiders.practice_days import PracticeDaysSpider


def run(config: Config) -> int:
    """Crawl the tracks and days of the configuration. Raises UsageError, CannotWork or LockHeld."""
    log_to_stderr()
    process = AsyncCrawlerProcess(settings_of(config))
    return run_crawl(process, process.create_crawler(PracticeDaysSpider), config)


def log_to_stderr() -> None:
    """Log all lines of the project, but only errors of Scrapy, whose other lines describe its set-up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(settings.LOG_FORMAT, settings.LOG_DATEFORMAT))
    handler.addFilter(lambda record: record.levelno >= logging.ERROR or not record.name.startswith("scrapy"))
    logging.basicConfig(level=settings.LOG_LEVEL, handlers=[handler], force=True)
