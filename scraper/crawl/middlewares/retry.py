"""What we do when the site is busy, broken, silent, or asks for a human: wait, for all tracks at once, or stop."""

import logging
import random
from datetime import UTC, datetime, timedelta
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import HtmlResponse, Response

from scraper.crawl.download_errors import explain_download_error
from scraper.crawl.downloader import downloader_of, stop_crawl
from scraper.crawl.middlewares.retry_after import seconds_to_wait
from scraper.crawl.stats import CrawlStats
from scraper.pages import is_bot_check

logger = logging.getLogger(__name__)

RETRIES = 2
"""How often a page that met a passing trouble is asked for again."""

FAILURES_UNTIL_STOP = 5
"""So many pages in a row given up, and the trouble is the site's: asking for more would make it worse."""

LONGEST_WAIT = 300
"""Seconds for which a crawl waits when told to; when told to wait longer it stops, and says until when."""

SHORTEST_BACK_OFF = 0.1
"""Seconds, for sites of one's own, where `CRAWL_DELAY` is 0."""

PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
PASSING_EXCEPTIONS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    OSError,
)


class RetryMiddleware:
    """In place of Scrapy's retries, which come at once, wait for one page only, and do not know `Retry-After`.

    A busy, broken or silent site is left alone by all requests: for as long as its `Retry-After` says, or else for four
    times `CRAWL_DELAY`, doubled with each retry, and up to half as much again, so that crawlers that failed together
    do not come back together. A bot check is no trouble that passes: it stops the crawl.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._stats = CrawlStats(crawler)
        self._given_up_in_a_row = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the same request once more."""
        if isinstance(response, HtmlResponse) and is_bot_check(response.text):
            self._stop(
                "asked_for_a_human",
                f"{response.url} asks for a human check: nothing that is stored changed; "
                "wait, crawl more slowly (CRAWL_DELAY), or ask LiveRC",
            )
            return response
        if response.status not in PASSING_STATUSES:
            self._given_up_in_a_row = 0
            return response
        return self._once_more(request, f"status {response.status}", _wish(response)) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The same request once more, or None: the exception stands."""
        if isinstance(exception, PASSING_EXCEPTIONS):
            return self._once_more(request, explain_download_error(exception), 0)
        return None

    def back_off(self, retries: int) -> float:
        """Seconds for which all requests wait after one that has been retried so often."""
        unit = max(4 * self._crawler.settings.getfloat("DOWNLOAD_DELAY"), SHORTEST_BACK_OFF)
        return unit * 2.0**retries * random.uniform(1, 1.5)  # noqa: S311

    def _once_more(self, request: Request, reason: str, wish: float) -> Request | None:
        retries = request.meta.get("retry_times", 0)
        if wish > LONGEST_WAIT:
            resume = datetime.now(UTC) + timedelta(seconds=wish)
            self._stop("told_to_wait", f"the site asks to be left alone: resume after {resume:%Y-%m-%d %H:%M:%S %Z}")
            return None
        wait = max(wish, self.back_off(retries))
        downloader_of(self._crawler).halt(wait)
        if retries < RETRIES and self._crawler.spider is not None:
            logger.info("%s: %s; nothing is asked for %.1f s, then once more", request.url, reason, wait)
            return get_retry_request(
                request, spider=self._crawler.spider, reason=reason, max_retry_times=RETRIES, priority_adjust=0
            )
        self._given_up_in_a_row += 1
        if self._given_up_in_a_row >= FAILURES_UNTIL_STOP:
            self._stop(
                "site_in_trouble",
                f"the site failed {FAILURES_UNTIL_STOP} pages in a row ({reason}): "
                "what is stored stays; run it again later",
            )
        return None

    def _stop(self, reason: str, why: str) -> None:
        self._stats.stop(why)
        stop_crawl(self._crawler, reason)


def _wish(response: Response) -> float:
    """Seconds for which the site asks to be left alone, 0 when it does not say so legibly."""
    retry_after, date = (response.headers.get(name) or b"" for name in ("Retry-After", "Date"))
    return seconds_to_wait(retry_after.decode("latin-1"), date.decode("latin-1"), datetime.now(UTC)) or 0
