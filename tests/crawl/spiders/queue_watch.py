"""`make crawl`, which also says how many requests there were at most that had no answer yet: waiting or under way.

Run as a module: requests are Scrapy's own objects, and nothing of them is to be seen from outside its process.
"""

import sys
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler

from scraper.commands import crawl
from scraper.config import load_config
from scraper.crawl import settings


class QueueWatch:
    """Counts the requests of the spider, retries and robots.txt left out, from planned to answered."""

    def __init__(self, crawler: Crawler) -> None:
        self._unanswered: set[str] = set()
        self._most = 0
        crawler.signals.connect(self._one_more, signals.request_scheduled)
        crawler.signals.connect(self._one_less, signals.response_received)
        crawler.signals.connect(self._tell, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes it."""
        return cls(crawler)

    def _one_more(self, request: Request) -> None:
        self._unanswered.add(request.url)
        self._most = max(self._most, len(self._unanswered))

    def _one_less(self, request: Request) -> None:
        self._unanswered.discard(request.url)

    def _tell(self) -> None:
        print(f"most requests without answer: {self._most}")


if __name__ == "__main__":
    settings.EXTENSIONS["tests.crawl.spiders.queue_watch.QueueWatch"] = 0
    sys.exit(crawl.run(load_config()))
