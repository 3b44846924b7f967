"""Jobs that are cancelled or paused, and workers that are asked to end."""

import signal
from collections import Counter
from datetime import date
from uuid import UUID

import pytest

from scraper.sample_site.season import Season
from service.jobs import store
from service.jobs.requests import DayRequest, Kind, PlainRequest, RangeRequest
from service.jobs.store import JobNotFound, NotPausable
from tests.service.conftest import Service
from tests.service.jobs.test_days import expected_result
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, TRACK, session_ids
from tests.support.waiting import wait_for

pytestmark = pytest.mark.reliability

MOST_AT_ONCE = 3  # CRAWL_CONCURRENCY
ENDS_CRAWL = "the crawl ends"  # in the log of the worker
NO_CRAWL = "select from pg_stat_activity where application_name ~ '^crawl, pid '"


def sessions_asked(service: Service) -> Counter[str]:
    """How often each session page was requested."""
    return Counter(path.rpartition("id=")[2] for path in service.crawler.asked() if "view_session" in path)


def test_a_waiting_job_is_cancelled_at_once(service: Service) -> None:
    asked, other = service.ask(DayRequest(TRACK, DAY)), service.ask(DayRequest(OTHER_TRACK, DAY, list_only=True))
    assert store.cancel(service.connection, asked.id).state == "cancelled"
    assert store.cancel(service.connection, asked.id).state == "cancelled"
    service.start_worker()
    service.wait_for_end(other)
    (path,) = service.lists_asked()
    assert OTHER_TRACK in path
    assert service.job(asked).state == "cancelled"
    assert service.job(asked).started_at is None
    assert store.cancel(service.connection, other.id).state == "succeeded"
    with pytest.raises(JobNotFound):
        store.cancel(service.connection, UUID(int=0))


def test_a_day_that_is_cancelled_while_it_is_crawled_leaves_the_others_to_themselves(service: Service) -> None:
    held = service.hold("p=view_session")
    small, large = service.ask(DayRequest(TRACK, DAY)), service.ask(DayRequest(OTHER_TRACK, DAY))
    service.start_worker()
    service.wait_until_held(held)
    store.cancel(service.connection, large.id)
    service.wait_until_said(ENDS_CRAWL)
    held.is_released = True
    assert service.wait_for_end(small).result == expected_result(SEASON.day(TRACK, DAY))
    asked = sessions_asked(service)
    assert set(asked) >= session_ids(SEASON, TRACK, DAY)
    others = sum(asked[session] for session in session_ids(SEASON, OTHER_TRACK, DAY))
    assert others <= MOST_AT_ONCE
    assert service.job(large).state == "cancelled"
    assert service.job(large).result is None


def test_a_range_is_paused_and_goes_on_where_it_was(service: Service) -> None:
    service.site.season = two_months = Season.generate(tracks=1, days=12, sessions_per_day=1)
    days = list(two_months.days())
    assert len({day.date.month for day in days}) > 1
    first, last = min(day.date for day in days), max(day.date for day in days)
    held = service.hold("p=view_session")
    asked = service.ask(RangeRequest((two_months.tracks[0].slug,), first, last))
    service.start_worker()
    service.wait_until_held(held)
    store.pause(service.connection, asked.id)
    service.wait_until_said(ENDS_CRAWL)
    held.is_released = True
    paused = service.wait_until(asked, "queued")
    wait_for(lambda: not service.crawler.rows(NO_CRAWL))
    assert (paused.is_paused, paused.attempts, paused.problem) == (True, 0, None)
    before = len(service.site.requests)
    done = paused.progress["pages_done"]
    # Another job is done meanwhile, and the range is not.
    service.wait_for_end(service.ask(PlainRequest(Kind.TRANSFORM)))
    assert (service.job(asked).state, len(service.site.requests)) == ("queued", before)
    store.pause(service.connection, asked.id, is_paused=False)
    ended = service.wait_for_end(asked)
    assert ended.result is not None
    assert ended.problem is None
    assert ended.result["status"] == "completed"
    # Also those that were stored before the pause.
    assert ended.result["sessions_ingested"] == len(list(two_months.sessions()))
    sessions = {str(session.session_id) for session in two_months.sessions()}
    assert sessions_asked(service) == dict.fromkeys(sessions, 1)
    assert service.crawler.rows("select count(*) from racing.races") == [(len(sessions),)]
    pages = ended.progress
    assert pages["pages_failed"] == 0
    assert pages["pages_done"] == pages["pages_planned"] == done + len(service.crawler.asked(before))


def test_only_a_range_that_has_not_ended_can_be_paused(service: Service) -> None:
    for request in (DayRequest(TRACK, DAY), PlainRequest(Kind.VERIFY)):
        with pytest.raises(NotPausable):
            store.pause(service.connection, service.ask(request).id)
    ended = service.ask(RangeRequest((TRACK,), date(2025, 1, 1), DAY))
    store.cancel(service.connection, ended.id)
    with pytest.raises(NotPausable):
        store.pause(service.connection, ended.id)


def test_a_worker_that_is_asked_to_end_puts_its_job_back_for_the_next(service: Service) -> None:
    held = service.hold("p=view_session")
    asked = service.ask(DayRequest(TRACK, DAY))
    worker = service.start_new_worker()
    service.wait_until_held(held)
    worker.send_signal(signal.SIGTERM)
    service.wait_until_said(ENDS_CRAWL)
    held.is_released = True
    assert service.end_worker() == 0
    assert "Traceback" not in worker.communicate()[1]
    put_back = service.job(asked)
    assert (put_back.state, put_back.attempts, put_back.problem) == ("queued", 0, None)
    wait_for(lambda: not service.crawler.rows(NO_CRAWL))
    assert service.crawler.rows("select outcome from raw.crawls") == [("interrupted",)]
    service.start_worker()
    assert service.wait_for_end(asked).result == expected_result(SEASON.day(TRACK, DAY))
    assert sessions_asked(service) == dict.fromkeys(session_ids(SEASON, TRACK, DAY), 1)
    assert service.end_worker() == 0
