"""No request to anyone but the tracks' own sites."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from scraper.crawl.urls import origin_of


class OffsiteMiddleware:
    """Refuses every request to another scheme, host or port, wherever it came from: redirects and robots.txt included.

    In place of Scrapy's own guard, which knows hosts only, and lets pass what asks not to be filtered.
    """

    def __init__(self, origins: frozenset[tuple[str, str]]) -> None:
        self._origins = origins

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes it; the origins are those of the run's tracks."""
        return cls(crawler.settings["PRACTICE_ORIGINS"])

    def process_request(self, request: Request) -> None:
        """The first look at it: not even the robots.txt of another site is asked for."""
        if origin_of(request.url) not in self._origins:
            raise IgnoreRequest(f"{request.url} is not on the track's own site; not asked")
