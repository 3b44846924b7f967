"""Retries, back-off and circuit breaker for a site that is busy, broken or silent, or that asks for a human check."""

import logging
import random
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
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

from scraper.crawl.failure_pauses import TEMPORARY_STATUSES
from scraper.crawl.failures import explain_download_error
from scraper.crawl.middlewares.site_slot import site_slot, stop_crawl
from scraper.crawl.stats import CrawlStats
from scraper.errors import CannotWork, Code
from scraper.pages import is_bot_check

logger = logging.getLogger(__name__)

RETRIES = 2
"""Number of retries of a page after a temporary failure."""

FAILURES_UNTIL_STOP = 5
"""Number of pages that fail in a row, retries included, until the crawl stops: more requests would add to the load."""

LONGEST_WAIT = 300
"""Longest `Retry-After` in seconds that a crawl waits for; it stops for a longer one, and says when to resume."""

SHORTEST_BACK_OFF = 0.1
"""Seconds of the first back-off where `CRAWL_DELAY` is 0, which is for sites of one's own."""

TEMPORARY_EXCEPTIONS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    OSError,
)

_SECONDS = re.compile(r"[0-9]{1,9}\Z")


class RetryMiddleware:
    """Replaces Scrapy's RetryMiddleware, which retries at once, for each page alone, and ignores `Retry-After`.

    After a temporary failure no request is sent for the time that `Retry-After` gives, or else for four times
    `CRAWL_DELAY`. The time doubles with each retry, and gets up to half as much again by chance, so that crawlers which
    failed together do not return together. A bot check stops the crawl: it is no temporary failure.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._stats = CrawlStats(crawler)
        self._failures_in_a_row = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware, as Scrapy does."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the response, or the request to retry."""
        if isinstance(response, HtmlResponse) and is_bot_check(response.text):
            problem = (
                f"{response.url} asks for a human check; stored pages are unchanged: "
                "wait, crawl more slowly (CRAWL_DELAY), or ask LiveRC"
            )
            self._stop("bot_check", CannotWork(problem, Code.SITE_REFUSED))
            return response
        if response.status not in TEMPORARY_STATUSES:
            self._failures_in_a_row = 0
            return response
        return self._retry(request, f"status {response.status}", _retry_after(response)) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return the request to retry, or None for a failure that is final."""
        if isinstance(exception, TEMPORARY_EXCEPTIONS):
            return self._retry(request, explain_download_error(exception), 0)
        return None

    def back_off(self, retries: int) -> float:
        """Return the seconds without requests after a failure of a page that was retried this often."""
        unit = max(4 * self._crawler.settings.getfloat("DOWNLOAD_DELAY"), SHORTEST_BACK_OFF)
        return unit * 2.0**retries * random.uniform(1, 1.5)  # noqa: S311

    def _retry(self, request: Request, reason: str, retry_after: float) -> Request | None:
        retries = request.meta.get("retry_times", 0)
        if retry_after > LONGEST_WAIT:
            resume = datetime.now(UTC) + timedelta(seconds=retry_after)
            problem = f"the site demands a pause: run this again after {resume:%Y-%m-%d %H:%M:%S %Z}"
            self._stop("retry_after", CannotWork(problem, Code.SITE_REFUSED, resume))
            return None
        wait = max(retry_after, self.back_off(retries))
        site_slot(self._crawler).pause(wait)
        if retries < RETRIES and self._crawler.spider is not None:
            logger.info("%s: %s; retry after a pause of %.1f s", request.url, reason, wait)
            return get_retry_request(
                request, spider=self._crawler.spider, reason=reason, max_retry_times=RETRIES, priority_adjust=0
            )
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= FAILURES_UNTIL_STOP:
            problem = (
                f"the site failed {FAILURES_UNTIL_STOP} pages in a row ({reason}); stored pages are kept: "
                "run this again later"
            )
            self._stop("circuit_breaker", CannotWork(problem, Code.SITE_UNREACHABLE))
        return None

    def _stop(self, finish_reason: str, problem: CannotWork) -> None:
        self._stats.set_stop_reason(problem)
        stop_crawl(self._crawler, finish_reason)


def _retry_after(response: Response) -> float:
    """Return the seconds of the header `Retry-After`, 0 if there is none that can be read."""
    retry_after, date = (response.headers.get(name) or b"" for name in ("Retry-After", "Date"))
    return seconds_to_wait(retry_after.decode("latin-1"), date.decode("latin-1"), datetime.now(UTC)) or 0


def seconds_to_wait(retry_after: str, site_date: str, now: datetime) -> float | None:
    """Turn a `Retry-After` into seconds: it is a number or an HTTP date; return None for any other text.

    A date is relative to the response's own `Date` where it has one, because the clocks of the site and of this machine
    may differ. A date in the past gives 0.
    """
    retry_after = retry_after.strip()
    if _SECONDS.match(retry_after):
        return float(retry_after)
    until = _http_date(retry_after)
    if until is None:
        return None
    return max(0.0, (until - (_http_date(site_date) or now)).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
