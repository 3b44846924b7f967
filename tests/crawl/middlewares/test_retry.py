"""Retries, back-off and circuit breaker."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Response

from scraper.config import Config
from scraper.crawl.failure_pauses import TEMPORARY_STATUSES
from scraper.crawl.middlewares.retry import FAILURES_UNTIL_STOP, RETRIES, SHORTEST_BACK_OFF, RetryMiddleware
from tests.crawl.middlewares.fake_crawler import FakeCrawler, html_response
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import Fault, bot_check, status, too_many_requests

UNLUCKY = str(SESSIONS[1].session_id)
BUSY_DAY = {"TRACK": OTHER_TRACK, "DATE": DAY.isoformat()}
BOT_CHECK = bot_check().response.body.decode()
PAUSES_ARE_SHORT = "from scraper.crawl.middlewares import retry; retry.SHORTEST_BACK_OFF = 0.01"


def request(retries: int = 0, url: str = "http://site/a/") -> Request:
    return Request(url, meta={"retry_times": retries} if retries else None)


def fail_for_good(middleware: RetryMiddleware, response: Response) -> None:
    """Let a page fail that was retried as often as possible."""
    assert middleware.process_response(request(RETRIES), response) is response


@pytest.mark.parametrize("code", sorted(TEMPORARY_STATUSES))
def test_a_temporary_status_is_retried_after_a_pause_of_all_requests(code: int) -> None:
    crawler = FakeCrawler()
    retry = RetryMiddleware(crawler.crawler).process_response(request(), html_response(code, Retry_After="7"))
    assert isinstance(retry, Request)
    assert retry.meta["retry_times"] == 1
    assert crawler.pauses == [7]


@pytest.mark.parametrize("code", [200, 204, 301, 403, 404, 410, 501])
def test_any_other_status_is_not_retried(code: int) -> None:
    crawler, response = FakeCrawler(), html_response(code)
    assert RetryMiddleware(crawler.crawler).process_response(request(), response) is response
    assert crawler.pauses == []


@pytest.mark.parametrize(
    "problem", [CannotResolveHostError(), DownloadTimeoutError(), ResponseDataLossError(), ConnectionResetError()]
)
def test_a_temporary_error_is_retried_after_a_pause(problem: Exception) -> None:
    crawler = FakeCrawler()
    assert isinstance(RetryMiddleware(crawler.crawler).process_exception(request(), problem), Request)
    assert len(crawler.pauses) == 1


def test_any_other_error_is_not_retried() -> None:
    crawler = FakeCrawler()
    assert RetryMiddleware(crawler.crawler).process_exception(request(), ValueError()) is None
    assert crawler.pauses == []


def test_a_page_is_retried_a_limited_number_of_times() -> None:
    crawler = FakeCrawler()
    middleware = RetryMiddleware(crawler.crawler)
    for retries in range(RETRIES):
        assert isinstance(middleware.process_response(request(retries), html_response(500)), Request)
    fail_for_good(middleware, html_response(500))
    assert len(crawler.pauses) == RETRIES + 1


def test_retry_after_may_be_a_date_by_the_clock_of_the_site() -> None:
    crawler, there = FakeCrawler(), datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC)
    until = format_datetime(there + timedelta(seconds=20), usegmt=True)
    response = html_response(429, Date=format_datetime(there, usegmt=True), Retry_After=until)
    RetryMiddleware(crawler.crawler).process_response(request(), response)
    assert crawler.pauses == [20]


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "soon"}, {"Retry_After": "-5"}, {"Retry_After": "0"}])
@pytest.mark.parametrize(("delay", "shortest"), [(0.0, 0.1), (0.5, 2.0)])
def test_without_a_readable_retry_after_the_pause_grows_with_the_delay_and_each_retry(
    headers: dict[str, str], delay: float, shortest: float
) -> None:
    crawler = FakeCrawler(Config(crawl_delay=delay))
    for retries in range(RETRIES):
        RetryMiddleware(crawler.crawler).process_response(request(retries), html_response(429, **headers))
    first, second = crawler.pauses
    assert shortest <= first <= 1.5 * shortest
    assert 2 * shortest <= second <= 3 * shortest


def test_a_retry_after_beyond_the_longest_wait_stops_the_crawl() -> None:
    crawler, response = FakeCrawler(), html_response(429, Retry_After="301")
    assert RetryMiddleware(crawler.crawler).process_response(request(), response) is response
    assert crawler.finish_reasons == ["retry_after"]
    assert crawler.pauses == []


@pytest.mark.parametrize("code", [200, 403, 429, 503])
def test_a_bot_check_stops_the_crawl_whatever_its_status(code: int) -> None:
    crawler, response = FakeCrawler(), html_response(code, BOT_CHECK)
    assert RetryMiddleware(crawler.crawler).process_response(request(), response) is response
    assert crawler.finish_reasons == ["bot_check"]
    assert "asks for a human check" in (crawler.stop_reason or "")


def test_failures_in_a_row_stop_the_crawl() -> None:
    crawler = FakeCrawler()
    middleware = RetryMiddleware(crawler.crawler)
    for _ in range(FAILURES_UNTIL_STOP - 1):
        fail_for_good(middleware, html_response(502))
    assert crawler.finish_reasons == []
    assert middleware.process_exception(request(RETRIES), DownloadTimeoutError()) is None
    assert crawler.finish_reasons == ["circuit_breaker"]
    assert f"{FAILURES_UNTIL_STOP} pages in a row (no response in time)" in (crawler.stop_reason or "")


@pytest.mark.parametrize("code", [200, 404])
def test_a_page_in_between_restarts_the_count_of_failures(code: int) -> None:
    crawler = FakeCrawler()
    middleware = RetryMiddleware(crawler.crawler)
    for _ in range(2):
        for _ in range(FAILURES_UNTIL_STOP - 1):
            fail_for_good(middleware, html_response(502))
        middleware.process_response(request(), html_response(code))
    assert crawler.finish_reasons == []


# Over HTTP, with a site that counts


def pauses(crawler: Crawler, code: int) -> list[float]:
    """Seconds between each response with this status and the next request, for whichever page."""
    requests = crawler.site.requests
    return [after.arrived_at - before.arrived_at for before, after in pairwise(requests) if before.status == code]


def test_retry_after_delays_every_request(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", too_many_requests(retry_after="1"), times=1))
    output = crawler.succeed(CRAWL_CONCURRENCY="3")
    assert f"{len(SESSIONS)} captured, 0 unchanged, 0 failed" in output
    arrivals = [request.arrived_at for request in crawler.site.requests if "view_session" in request.path]
    # With three requests on their way the others may have been sent before the first response arrived. All retries
    # come after the pause.
    retried = arrivals[len(SESSIONS) :]
    assert min(retried) - arrivals[0] >= 1


def test_a_pause_holds_back_requests_that_wait_in_the_slot(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", too_many_requests(retry_after="1", code=503), times=1))
    # With this delay the next request waits in the slot when the response arrives.
    crawler.succeed(CRAWL_CONCURRENCY="3", CRAWL_DELAY="0.3")
    (pause,) = pauses(crawler, 503)
    assert pause >= 1


def test_a_long_retry_after_stops_the_crawl_and_says_when_to_resume(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", too_many_requests("86400")))
    line = crawler.fail(CRAWL_CONCURRENCY="1")
    assert "the site demands a pause: run this again after " in line
    assert f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}" in line
    assert len([path for path in crawler.asked() if "view_session" in path]) == 1


def test_a_burst_of_errors_loses_nothing(crawler: Crawler) -> None:
    crawler.misbehave(Fault("practice", status(503), times=RETRIES))
    assert f"{len(SESSIONS)} captured, 0 unchanged, 0 failed" in crawler.succeed(before=PAUSES_ARE_SHORT)
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)


def test_the_pause_before_each_retry_grows(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", status(500)))
    crawler.succeed(CRAWL_CONCURRENCY="1")
    arrivals = [request.arrived_at for request in crawler.site.requests if UNLUCKY in request.path]
    first, second = (after - before for before, after in pairwise(arrivals))
    assert len(arrivals) == 1 + RETRIES
    assert first >= SHORTEST_BACK_OFF
    assert second >= 2 * SHORTEST_BACK_OFF


def test_a_site_that_fails_page_after_page_gets_no_more_requests(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", status(502)))
    line = crawler.fail(before=PAUSES_ARE_SHORT, **BUSY_DAY, CRAWL_CONCURRENCY="1")
    assert f"the site failed {FAILURES_UNTIL_STOP} pages in a row (status 502)" in line
    session_pages = [path for path in crawler.asked() if "view_session" in path]
    assert len(session_pages) == FAILURES_UNTIL_STOP * (1 + RETRIES)
    assert len(crawler.failures()) == FAILURES_UNTIL_STOP
