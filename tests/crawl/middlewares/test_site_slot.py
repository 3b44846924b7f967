"""One slot for all tracks: delay and concurrency count over all requests, retries and redirects included."""

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler as ScrapyCrawler
from scrapy.extensions.throttle import AutoThrottle
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from scraper.crawl.failures import RequestNotSent
from scraper.crawl.middlewares.site_slot import SLOT, SiteSlotMiddleware
from scraper.sample_site.responses import Response
from scraper.sample_site.server import Visit
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler
from tests.support.faults import Delay, Fault, redirect, status

BOTH_TRACKS = {"TRACK": f"{TRACK} {OTHER_TRACK}", "DATE": DAY.isoformat()}
UNLUCKY = str(SESSIONS[1].session_id)


@dataclass(frozen=True)
class Detour:
    """Every session page redirects to another URL of itself."""

    def alter(self, _response: Response, visit: Visit) -> Response:
        session_id = visit.target.rpartition("=")[2]
        return redirect(f"?id={session_id}&p=view_session").response


def test_the_delay_counts_over_all_tracks_retries_and_redirects(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", status(503), times=1), Fault("p=view_session&id", Detour()))
    crawler.succeed(**BOTH_TRACKS, CRAWL_DELAY="0.1", CRAWL_CONCURRENCY="5")
    arrivals = [request.arrived_at for request in crawler.site.requests]
    # robots.txt, two lists, the sessions and as many redirects, one retry
    assert len(arrivals) == 1 + 2 + 2 * len([*SESSIONS, *SEASON.day(OTHER_TRACK, DAY).sessions]) + 1
    # A request may be recorded late, never early: a single gap may look smaller than it was, but not the sum of all.
    # If redirects did not wait, the time would be half of this.
    assert arrivals[-1] - arrivals[0] >= 0.1 * (len(arrivals) - 1) - 1
    close = [before for before, after in pairwise(arrivals) if after - before < 0.09]
    assert len(close) < len(arrivals) / 4


def test_the_concurrency_is_never_exceeded(crawler: Crawler) -> None:
    crawler.misbehave(Fault("practice", Delay(0.1)), Fault(f"id={UNLUCKY}", status(503), times=1))
    crawler.succeed(**BOTH_TRACKS, CRAWL_CONCURRENCY="2")
    assert crawler.site.highest_in_flight <= 2


class SlotCrawler:
    """A crawler with one slot of Scrapy's, AutoThrottle's limits and an engine that records how it is closed."""

    def __init__(self, delay: float = 0.5) -> None:
        self.slot = Slot(concurrency=3, delay=delay, jitter=0)
        self.throttle = SimpleNamespace(mindelay=delay, maxdelay=60.0)
        self.closed_for: list[str] = []
        downloader = SimpleNamespace(slots={SLOT: self.slot}, per_slot_settings={})
        self.engine = SimpleNamespace(downloader=downloader, close_spider_async=self._close)
        self.middleware = SiteSlotMiddleware(cast(ScrapyCrawler, self))

    def get_extension(self, extension: type[Any]) -> Any:
        """Return AutoThrottle."""
        assert extension is AutoThrottle
        return self.throttle

    async def _close(self, reason: str) -> None:
        self.closed_for.append(reason)


@pytest.mark.parametrize("url", ["https://a.liverc.com/robots.txt", "https://b.liverc.com/practice/?p=calendar"])
def test_every_request_gets_the_same_slot(url: str) -> None:
    request = Request(url)
    SlotCrawler().middleware.process_request(request)
    assert request.meta["download_slot"] == SLOT


def test_a_slower_delay_applies_to_this_slot_the_next_one_and_autothrottle() -> None:
    crawler = SlotCrawler(delay=0.5)
    crawler.middleware.slow_down(90)
    assert crawler.slot.delay == 90
    assert crawler.engine.downloader.per_slot_settings == {SLOT: {"delay": 90}}
    assert (crawler.throttle.mindelay, crawler.throttle.maxdelay) == (90, 90)


def test_a_delay_is_never_lowered() -> None:
    crawler = SlotCrawler()
    crawler.middleware.slow_down(7)
    crawler.middleware.slow_down(2)
    assert crawler.slot.delay == 7
    assert crawler.throttle.mindelay == 7
    assert crawler.engine.downloader.per_slot_settings == {SLOT: {"delay": 7}}


def test_a_longer_pause_that_has_begun_is_kept() -> None:
    crawler = SlotCrawler()
    before = monotonic()
    crawler.middleware.pause(100)
    crawler.middleware.pause(1)
    assert crawler.slot.lastseen >= before + 100


def test_a_stopped_crawl_drops_waiting_requests_refuses_others_and_closes_once() -> None:
    async def stop() -> SlotCrawler:
        crawler = SlotCrawler()
        waiting: Deferred[Any] = Deferred()
        waiting.addErrback(dropped.append)
        crawler.slot.queue = deque([(Request("http://site/"), waiting)])
        crawler.middleware.stop("interrupted")
        crawler.middleware.stop("database_lost")
        await asyncio.sleep(0)
        return crawler

    dropped: list[Failure] = []
    crawler = asyncio.run(stop())
    assert [failure.type for failure in dropped] == [RequestNotSent]
    assert crawler.closed_for == ["interrupted"]
    with pytest.raises(RequestNotSent):
        crawler.middleware.process_request(Request("http://site/"))
