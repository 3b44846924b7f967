"""The code of a problem is decided where the problem is found, and reaches whoever asked for the crawl."""

from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import HtmlResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.crawl.failures import Refusal, explain_failure, failed_page
from scraper.crawl.middlewares.retry import FAILURES_UNTIL_STOP, RETRIES, RetryMiddleware
from scraper.crawl.stats import CrawlStats
from scraper.errors import CannotWork, Code
from scraper.pages import PageErrorKind
from scraper.raw.items import PageId
from tests.crawl.middlewares.fake_crawler import FakeCrawler, html_response
from tests.support.faults import bot_check

PAGE, URL = PageId("bend", "list", "2025-10-25"), "http://site/list"
BOT_CHECK = bot_check().response.body.decode()


def status(code: int, body: str = "") -> HttpError:
    return HttpError(HtmlResponse(URL, code, body=body.encode()))


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (DownloadTimeoutError(), Code.SITE_UNREACHABLE),
        (status(503), Code.SITE_UNREACHABLE),
        (status(429), Code.SITE_UNREACHABLE),
        (status(501), Code.SITE_UNREACHABLE),
        (status(403), Code.SITE_REFUSED),
        (status(404), Code.TRACK_NOT_FOUND),
        (status(503, BOT_CHECK), Code.SITE_REFUSED),
        (Refusal("robots.txt forbids /", Code.ROBOTS_DISALLOWED), Code.ROBOTS_DISALLOWED),
    ],
)
def test_a_request_without_a_page_has_the_code_of_its_failure(problem: Exception, code: Code) -> None:
    failed = explain_failure(PAGE, URL, Failure(problem))  # type: ignore[no-untyped-call]
    assert failed is not None
    assert failed.code == code


@pytest.mark.parametrize("kind", PageErrorKind)
def test_a_page_that_cannot_be_read_says_so_unless_it_asks_for_a_human(kind: PageErrorKind) -> None:
    expected = Code.SITE_REFUSED if kind == PageErrorKind.BOT_CHECK else Code.PAGE_FORMAT_ERROR
    assert failed_page(PAGE, URL, kind, "why").code == expected


def stop_reason(crawler: FakeCrawler) -> CannotWork:
    reason = CrawlStats(crawler.crawler).problem(is_scheduled=False)
    assert reason is not None
    return reason


def test_a_demanded_pause_is_a_refusal_until_a_time() -> None:
    crawler, before = FakeCrawler(), datetime.now(UTC)
    RetryMiddleware(crawler.crawler).process_response(Request(URL), html_response(429, Retry_After="3600"))
    reason = stop_reason(crawler)
    assert reason.code == Code.SITE_REFUSED
    assert reason.retry_at is not None
    assert timedelta() <= reason.retry_at - before - timedelta(hours=1) <= datetime.now(UTC) - before


def test_a_bot_check_is_a_refusal_without_an_end() -> None:
    crawler = FakeCrawler()
    RetryMiddleware(crawler.crawler).process_response(Request(URL), html_response(200, BOT_CHECK))
    assert (stop_reason(crawler).code, stop_reason(crawler).retry_at) == (Code.SITE_REFUSED, None)


def test_a_site_that_fails_in_a_row_cannot_be_reached() -> None:
    crawler = FakeCrawler()
    middleware = RetryMiddleware(crawler.crawler)
    for _ in range(FAILURES_UNTIL_STOP):
        middleware.process_response(Request(URL, meta={"retry_times": RETRIES}), html_response(502))
    assert stop_reason(crawler).code == Code.SITE_UNREACHABLE


def test_without_a_readable_list_a_crawl_has_the_code_of_the_last_failure() -> None:
    crawler = FakeCrawler()
    stats = CrawlStats(crawler.crawler)
    stats.page_failed(failed_page(PAGE, URL, "http_status", "why", HtmlResponse(URL, 404)))
    assert stop_reason(crawler).code == Code.TRACK_NOT_FOUND
    assert str(stop_reason(crawler)) == f"no list could be read; the last failure: {URL}: why"
