"""Requests go to the tracks' own sites only."""

from functools import cached_property
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from scraper.crawl.failures import refusal
from scraper.crawl.urls import SiteUrls, origin_of
from scraper.errors import Code


class OffsiteMiddleware:
    """Replaces Scrapy's OffsiteMiddleware, which compares hosts only and lets `dont_filter` requests pass.

    This one refuses every request to another scheme, host or port, redirects and robots.txt included. A crawl may
    request its own tracks; `scrapy fetch` and `scrapy shell` may request any track of LIVERC_BASE_URL. With
    CRAWL_DISABLED nothing is requested.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse a request that is not allowed. Raises IgnoreRequest. Runs before robots.txt is requested."""
        if self._crawler.settings.getbool("CRAWL_DISABLED"):
            reason = "crawling is disabled by CRAWL_DISABLED=1; nothing is requested"
            raise refusal(self._crawler, reason, Code.CRAWL_DISABLED)
        origin = origin_of(request.url)
        is_allowed = origin in self._origins if self._origins else self._urls.is_origin_of_a_track(origin)
        if not is_allowed:
            reason = f"{request.url} is not on the track's own site; not requested"
            raise refusal(self._crawler, reason, Code.SITE_REFUSED)

    @cached_property
    def _urls(self) -> SiteUrls:
        return SiteUrls(self._crawler.settings["LIVERC_BASE_URL"])

    @cached_property
    def _origins(self) -> frozenset[tuple[str, str]]:
        """The origins of the crawl's tracks; empty for a spider without tracks."""
        return self._urls.origins(getattr(self._crawler.spider, "tracks", ()))
