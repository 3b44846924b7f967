"""The one queue of requests to the site, which can be slowed down, halted for a while, and closed."""

import asyncio
from time import monotonic

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.utils.asyncio import call_later


class NotAsked(IgnoreRequest):
    """The crawl stopped before this request left: nothing failed, nothing is known. Raised by the queue."""


class SiteDownloader(Downloader):
    """Scrapy's downloader with a single slot.

    LiveRC's tracks are subdomains of shared servers, so delay and concurrency count over all of them together, with
    robots.txt, retries and redirects. Scrapy has a slot for each host, and no way to halt or close one.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._halted_until = 0.0
        self._is_closed = False

    def get_slot_key(self, request: Request) -> str:  # noqa: ARG002
        """One for all."""
        return "site"

    def slow_down(self, delay: float) -> None:
        """Leave at least so many seconds between two requests from now on, whatever AutoThrottle thinks."""
        throttle = self.crawler.get_extension(AutoThrottle)
        if throttle is not None:
            throttle.mindelay = max(throttle.mindelay, delay)
            throttle.maxdelay = max(throttle.maxdelay, delay)
        self._delay = max(self._delay, delay)
        for slot in self.slots.values():
            slot.delay = max(slot.delay, delay)

    def halt(self, seconds: float) -> None:
        """Send nothing for so many seconds. A longer halt that is on already stays."""
        until = monotonic() + seconds
        if until > self._halted_until:
            self._halted_until = until
            for slot in self.slots.values():
                self._wake_later(slot, seconds)

    def stop(self, reason: str) -> None:
        """Send nothing more, neither what waits here nor what is still to come; store what arrives yet, and close.

        `reason` is Scrapy's finish_reason.
        """
        if self._is_closed:
            return
        self._is_closed = True
        for slot in self.slots.values():
            while slot.queue:
                _, answer = slot.queue.popleft()
                answer.errback(NotAsked("the crawl has stopped"))
        if self.crawler.engine is not None:
            # Not awaited: closing waits for the pages in work, of which the caller's may be one.
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    async def _enqueue_request(self, request: Request) -> Response:
        if self._is_closed:
            raise NotAsked("the crawl has stopped")
        return await super()._enqueue_request(request)

    def _wake_later(self, slot: Slot, seconds: float) -> None:
        """A slot sends nothing while its next look into the queue is still to come."""
        if slot.latercall:
            slot.latercall.cancel()
        slot.latercall = call_later(seconds, self._latercall, slot)


def downloader_of(crawler: Crawler) -> SiteDownloader:
    """The queue of a crawl that runs."""
    if crawler.engine is None or not isinstance(crawler.engine.downloader, SiteDownloader):
        raise TypeError("the setting DOWNLOADER must name SiteDownloader")
    return crawler.engine.downloader


def stop_crawl(crawler: Crawler, reason: str) -> None:
    """Stop the queue of a crawl, and with it the crawl."""
    downloader_of(crawler).stop(reason)
