"""One download slot for the whole site, which can be slowed down, paused and closed."""

import asyncio
from time import monotonic
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle

from scraper.crawl.failures import RequestNotSent

SLOT = "site"


class SiteSlotMiddleware:
    """Puts every request into one download slot, where Scrapy has a slot for each host.

    LiveRC's tracks are subdomains on shared servers, so delay and concurrency count over all of them together, with
    robots.txt, retries and redirects.

    Scrapy has no documented way to pause or empty a slot. This class does it through attributes of the downloader and
    its slots; `tests/crawl/test_scrapy_attributes.py` lists them.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._is_closed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Choose the slot. Raises RequestNotSent after the crawl was stopped."""
        if self._is_closed:
            raise RequestNotSent("the crawl has stopped")
        request.meta["download_slot"] = SLOT

    def slow_down(self, delay: float) -> None:
        """From now on leave at least this many seconds between two requests, whatever AutoThrottle computes."""
        throttle = self._crawler.get_extension(AutoThrottle)
        if throttle is not None:
            throttle.mindelay = max(throttle.mindelay, delay)
            throttle.maxdelay = max(throttle.maxdelay, delay)
        downloader = self._crawler.engine.downloader
        # Scrapy drops a slot that was idle for a minute; this is the delay of the next one.
        next_slot = downloader.per_slot_settings.setdefault(SLOT, {})
        next_slot["delay"] = max(next_slot.get("delay", 0), delay)
        for slot in downloader.slots.values():
            slot.delay = max(slot.delay, delay)

    def pause(self, seconds: float) -> None:
        """Send no request for this many seconds, or for longer if a longer pause has begun already."""
        until = monotonic() + seconds
        for slot in self._crawler.engine.downloader.slots.values():
            # The slot sends its next request `delay` seconds after the last one, and this moves the last one to the
            # end of the pause. It works for a delay above 0 only: see SHORTEST_DELAY.
            slot.lastseen = max(slot.lastseen, until)

    def stop(self, finish_reason: str) -> None:
        """Send no further request, store the responses that still arrive, and close the spider."""
        if self._is_closed:
            return
        self._is_closed = True
        engine = self._crawler.engine
        for slot in engine.downloader.slots.values():
            while slot.queue:
                _, response = slot.queue.popleft()
                response.errback(RequestNotSent("the crawl has stopped"))
        # Not awaited: closing waits for all pages in progress, and the caller may be handling one of them.
        self._closing = asyncio.ensure_future(engine.close_spider_async(reason=finish_reason))


def site_slot(crawler: Crawler) -> SiteSlotMiddleware:
    """Return the middleware of a crawl that is running."""
    middleware = crawler.get_downloader_middleware(SiteSlotMiddleware)
    if middleware is None:
        raise LookupError("the setting DOWNLOADER_MIDDLEWARES must name SiteSlotMiddleware")
    return middleware


def stop_crawl(crawler: Crawler, finish_reason: str) -> None:
    """Stop a crawl: send no further request, store the responses that still arrive, and close the spider."""
    site_slot(crawler).stop(finish_reason)
