"""`make crawl`, which also prints the largest number of requests that had no response yet, waiting or on their way.

Run as a module: requests are objects of Scrapy, and cannot be counted from outside its process.
"""

import sys
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler

from scraper.commands import crawl
from scraper.config import load_config
from scraper.crawl import settings


class QueueWatch:
    """Counts the spider's requests from scheduling to response, without retries and robots.txt."""

    def __init__(self, crawler: Crawler) -> None:
        self._pending: set[str] = set()
        self._most = 0
        crawler.signals.connect(self._add, signals.request_scheduled)
        crawler.signals.connect(self._remove, signals.response_received)
        crawler.signals.connect(self._print, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the extension, as Scrapy does."""
        return cls(crawler)

    def _add(self, request: Request) -> None:
        self._pending.add(request.url)
        self._most = max(self._most, len(self._pending))

    def _remove(self, request: Request) -> None:
        self._pending.discard(request.url)

    def _print(self) -> None:
        print(f"most requests without response: {self._most}")


if __name__ == "__main__":
    settings.EXTENSIONS["tests.crawl.spiders.queue_watch.QueueWatch"] = 0
    sys.exit(crawl.run(load_config()))
