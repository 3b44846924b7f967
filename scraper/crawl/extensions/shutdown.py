"""Ctrl-C and SIGTERM: ask for nothing more, store what is on its way, close the record."""

import asyncio
import logging
import os
import signal
from typing import Self

from rich.console import Console
from scrapy import signals
from scrapy.crawler import Crawler

from scraper.crawl.downloader import stop_crawl
from scraper.errors import INTERRUPTED

logger = logging.getLogger(__name__)

FINISH_REASON = "interrupted"


class Shutdown:
    """In place of Scrapy's handlers, which would sit out the queue's delays and halts before they stop.

    A second signal ends the process at once: what is committed stays all the same.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self._listen, signals.engine_started)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes it."""
        return cls(crawler)

    def _listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._interrupt)

    def _interrupt(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, _leave)
        logger.info("interrupted: storing what is on its way, then the end; once more to end at once")
        stop_crawl(self._crawler, FINISH_REASON)


def _leave(*_: object) -> None:
    """Not by an exception, which Twisted would catch and go on."""
    Console(stderr=True).show_cursor()  # the progress bar hides it
    os._exit(INTERRUPTED)
