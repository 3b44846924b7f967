"""Crawl practice days into the raw tables."""

import logging
import sys

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from scraper.config import Config
from scraper.crawl import settings
from scraper.crawl.config_addon import scrapy_settings
from scraper.crawl.run import run_crawl
from scraper.crawl.spiders.practice_days import PracticeDaysSpider


def run(config: Config) -> int:
    """Crawl the tracks and days of the configuration. Raises UsageError, CannotWork or LockHeld."""
    crawl_settings = Settings()
    crawl_settings.setmodule(settings, priority="project")
    # The configuration may have options that the environment, which the add-on reads, does not know.
    crawl_settings.setdict({**scrapy_settings(config), "ADDONS": {}, "LOG_INSTALL_ROOT_HANDLER": False}, "cmdline")
    log_to_stderr()
    process = AsyncCrawlerProcess(crawl_settings)
    return run_crawl(process, process.create_crawler(PracticeDaysSpider), config)


def log_to_stderr() -> None:
    """Log all lines of the project, but only errors of Scrapy, whose other lines describe its set-up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(settings.LOG_FORMAT, settings.LOG_DATEFORMAT))
    handler.addFilter(lambda record: record.levelno >= logging.ERROR or not record.name.startswith("scrapy"))
    logging.basicConfig(level=settings.LOG_LEVEL, handlers=[handler], force=True)
