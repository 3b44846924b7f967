"""A busy, broken or silent site is left alone, by all requests at once."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from scraper.crawl.middlewares.retry import FAILURES_UNTIL_STOP, RETRIES
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import Fault, status, too_many_requests

UNLUCKY = str(SESSIONS[1].session_id)
BUSY_DAY = {"TRACK": OTHER_TRACK, "DATE": DAY.isoformat()}


def pauses(crawler: Crawler, code: int) -> list[float]:
    """Seconds between each answer of this status and the next request, whichever page that asks for."""
    requests = crawler.site.requests
    return [after.arrived_at - before.arrived_at for before, after in pairwise(requests) if before.status == code]


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_holds_for_every_request(crawler: Crawler, code: int) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", too_many_requests(retry_after="2", code=code), times=1))
    assert f"{len(SESSIONS)} captured, 0 unchanged, 0 failed" in crawler.succeed(CRAWL_CONCURRENCY="1")
    (pause,) = pauses(crawler, code)
    assert pause >= 2


def test_retry_after_may_be_a_date_by_the_clock_of_the_site(crawler: Crawler) -> None:
    there = datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC)
    dates = {"Date": format_datetime(there, usegmt=True)}
    dates["Retry_After"] = format_datetime(there + timedelta(seconds=2), usegmt=True)
    crawler.misbehave(Fault("p=session_list", status(429, **dates), times=1))
    crawler.succeed()
    (pause,) = pauses(crawler, 429)
    assert pause >= 2


@pytest.mark.parametrize("rubbish", ["soon", "-5"])
def test_an_illegible_retry_after_is_as_none(crawler: Crawler, rubbish: str) -> None:
    crawler.misbehave(Fault("p=session_list", too_many_requests(rubbish), times=RETRIES))
    crawler.succeed(LIST_ONLY="1")
    first, second = pauses(crawler, 429)
    assert first >= 0.1
    assert second >= 0.2


def test_a_longer_wait_than_we_are_ready_for_stops_the_crawl_and_says_until_when(crawler: Crawler) -> None:
    crawler.succeed(LIST_ONLY="1")
    before = len(crawler.site.requests)
    crawler.misbehave(Fault("p=view_session", too_many_requests("86400")))
    line = crawler.fail(CRAWL_CONCURRENCY="1")
    assert "the site asks to be left alone: resume after " in line
    assert f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}" in line
    assert len([path for path in crawler.asked(before) if "view_session" in path]) == 1


def test_a_burst_of_errors_loses_nothing(crawler: Crawler) -> None:
    crawler.misbehave(Fault("practice", status(503), times=RETRIES))
    assert f"{len(SESSIONS)} captured, 0 unchanged, 0 failed" in crawler.succeed()
    assert crawler.captured() == session_ids(SEASON, TRACK, DAY)


def test_the_back_off_grows_with_the_delay_and_with_each_retry(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", status(500)))
    crawler.succeed(CRAWL_CONCURRENCY="1", CRAWL_DELAY="0.1")
    arrivals = [request.arrived_at for request in crawler.site.requests if UNLUCKY in request.path]
    first, second = (after - before for before, after in pairwise(arrivals))
    assert len(arrivals) == 1 + RETRIES
    assert first >= 0.4
    assert second >= 0.8


def test_a_site_that_fails_page_after_page_is_not_asked_for_more(crawler: Crawler) -> None:
    crawler.misbehave(Fault("p=view_session", status(502)))
    line = crawler.fail(**BUSY_DAY, CRAWL_CONCURRENCY="1")
    assert f"the site failed {FAILURES_UNTIL_STOP} pages in a row (status 502)" in line
    session_pages = [path for path in crawler.asked() if "view_session" in path]
    assert len(session_pages) == FAILURES_UNTIL_STOP * (1 + RETRIES)
    assert len(crawler.failures()) == FAILURES_UNTIL_STOP


def test_pages_that_are_broken_one_by_one_do_not_stop_a_crawl(crawler: Crawler) -> None:
    ids = sorted(session_ids(SEASON, OTHER_TRACK, DAY))
    crawler.misbehave(Fault("id=(" + "|".join(ids[::4]) + ")", status(404)))
    assert f"{len(ids[::4])} failed" in crawler.succeed(**BUSY_DAY)
