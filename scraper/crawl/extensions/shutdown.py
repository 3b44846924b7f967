"""Ctrl-C and SIGTERM: send no further request, store the responses that still arrive, and end."""

import asyncio
import logging
import os
import signal
from typing import Self

from rich.console import Console
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from scraper.crawl.middlewares.site_slot import stop_crawl
from scraper.crawl.scope import config_of_crawl
from scraper.errors import INTERRUPTED

logger = logging.getLogger(__name__)

FINISH_REASON = "interrupted"


class Shutdown:
    """Replaces Scrapy's signal handlers, which wait for all delays and pauses before they stop.

    A second signal ends the process at once; what is committed stays.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._install, signals.engine_started)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the extension for a crawl, as Scrapy does."""
        if config_of_crawl(crawler) is None:
            raise NotConfigured
        return cls(crawler)

    def _install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._interrupt)

    def _interrupt(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, _exit)
        logger.info("interrupted: the responses that still arrive are stored; interrupt again to end at once")
        stop_crawl(self._crawler, FINISH_REASON)


def _exit(*_: object) -> None:
    """End the process without an exception: Twisted would catch one and go on."""
    Console(stderr=True).show_cursor()  # the progress bar hides it
    os._exit(INTERRUPTED)
