"""Jobs that wait, and jobs that end with a problem."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from scraper.database.jobs import Job as Locks
from scraper.database.jobs import hold_locks
from scraper.errors import Code, UsageError
from service.jobs.problems import MOST_ATTEMPTS
from service.jobs.queue import send_look
from service.jobs.requests import DayRequest, JobRequest, Kind, PlainRequest, RangeRequest
from service.jobs.schedule import load_schedule
from tests.service.conftest import Service
from tests.service.jobs.test_days import expected_result
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK
from tests.support.faults import Fault, bot_check, robots, status, too_many_requests
from tests.support.waiting import wait_for

pytestmark = pytest.mark.reliability

FOR_GOOD: Sequence[tuple[Fault, Code]] = [
    (Fault("p=session_list", bot_check()), Code.SITE_REFUSED),
    (Fault("p=session_list", status(403)), Code.SITE_REFUSED),
    (Fault("p=session_list", status(404)), Code.TRACK_NOT_FOUND),
    (Fault("robots.txt", robots("User-agent: *\nDisallow: /")), Code.ROBOTS_DISALLOWED),
]
MESSAGES = "select last_value from jobs.procrastinate_jobs_id_seq"
NOTHING_TO_RECEIVE = """
select where not exists (
    select from jobs.procrastinate_jobs where status = 'doing' or scheduled_at is null or scheduled_at <= now()
)
"""
LIVES_LATER = "select from jobs.procrastinate_workers where last_heartbeat > %s + interval '3 seconds'"


def test_a_refusal_for_good_is_not_tried_again(service: Service) -> None:
    service.start_worker()
    for fault, code in FOR_GOOD:
        service.crawler.misbehave(fault)
        ended = service.wait_for_end(service.ask(DayRequest(TRACK, DAY)))
        assert ended.problem is not None
        assert (ended.state, ended.problem["code"], ended.attempts, ended.result) == ("failed", code, 1, None)
        assert ended.problem["retry_at"] is None
        assert str(service.site.base_url) not in ended.problem["detail"]


def test_disabled_crawls_are_no_crawls(service: Service) -> None:
    service.start_worker(CRAWL_DISABLED="1")
    ended = service.wait_for_end(service.ask(DayRequest(TRACK, DAY)))
    assert ended.problem is not None
    assert (ended.state, ended.problem["code"]) == ("failed", "CRAWL_DISABLED")
    assert service.crawler.asked() == []


def test_the_site_decides_when_it_is_asked_again(service: Service) -> None:
    service.crawler.misbehave(Fault("p=session_list", too_many_requests("3600")))
    asked = service.ask(DayRequest(TRACK, DAY))
    service.start_worker()
    before = datetime.now(UTC)
    wait_for(lambda: service.job(asked).problem, service.workers[-1])
    waiting = service.wait_until(asked, "queued")
    assert waiting.problem is not None
    assert (waiting.problem["code"], waiting.attempts) == ("SITE_REFUSED", 1)
    assert datetime.fromisoformat(waiting.problem["retry_at"]) == waiting.due_at
    assert waiting.problem["retry_at"].endswith("Z")
    assert timedelta(minutes=59) < waiting.due_at - before < timedelta(minutes=65)
    # The pause is the site's, so no other job asks it for anything; what needs no site is done.
    requests = len(service.crawler.asked())
    other = service.ask(DayRequest(OTHER_TRACK, DAY, list_only=True))
    assert service.wait_for_end(service.ask(PlainRequest(Kind.TRANSFORM))).state == "succeeded"
    assert (service.job(other).state, len(service.crawler.asked())) == ("queued", requests)
    # Nor does the worker send itself messages meanwhile: `other` is due, but not before the pause is over.
    wait_for(lambda: service.crawler.rows(NOTHING_TO_RECEIVE))
    sent = service.crawler.rows(MESSAGES)
    (begin,) = service.crawler.rows("select now()")
    wait_for(lambda: service.crawler.rows(LIVES_LATER, *begin), service.workers[-1])
    assert service.crawler.rows(MESSAGES) == sent

    service.crawler.misbehave()
    past = before - timedelta(seconds=1)
    service.crawler.change(
        "update jobs.jobs set due_at = %s, problem = problem || jsonb_build_object('retry_at', %s::text) where id = %s",
        past,
        past.isoformat(),
        asked.id,
    )
    send_look(service.connection)
    assert service.wait_for_end(asked).result == expected_result(SEASON.day(TRACK, DAY))
    assert service.wait_for_end(other).state == "succeeded"


@pytest.mark.parametrize("request_", [DayRequest(TRACK, DAY), RangeRequest((TRACK,), DAY, DAY)])
def test_the_pause_lasts_when_the_last_attempt_has_failed(service: Service, request_: JobRequest) -> None:
    service.crawler.misbehave(Fault("practice", too_many_requests("3600")))
    asked = service.ask(request_)
    service.crawler.change("update jobs.jobs set attempts = %s", MOST_ATTEMPTS - 1)
    service.start_worker()
    before = datetime.now(UTC)
    ended = service.wait_for_end(asked)
    assert ended.problem is not None
    assert (ended.state, ended.problem["code"]) == ("failed", "SITE_REFUSED")
    assert datetime.fromisoformat(ended.problem["retry_at"]) > before + timedelta(minutes=59)
    requests = len(service.crawler.asked())
    other = service.ask(DayRequest(OTHER_TRACK, DAY))
    service.wait_for_end(service.ask(PlainRequest(Kind.TRANSFORM)))
    assert (service.job(other).state, len(service.crawler.asked())) == ("queued", requests)


@pytest.mark.parametrize("lock", [Locks.CRAWL, Locks.TRANSFORM])
def test_a_job_waits_for_a_lock_that_is_held_from_a_terminal_and_says_for_whom(service: Service, lock: Locks) -> None:
    asked = service.ask(DayRequest(TRACK, DAY))
    with hold_locks(service.crawler.database, lock):
        service.start_worker()
        problem = wait_for(lambda: service.job(asked).problem, service.workers[-1])
        assert problem["code"] == "INGESTION_IN_PROGRESS"
        assert problem["detail"].startswith(f"Waits for {lock.label} (pid ")
        assert ", since " in problem["detail"]
        assert problem["retry_at"] is not None
    ended = service.wait_for_end(asked)
    assert ended.result == expected_result(SEASON.day(TRACK, DAY))
    assert (ended.attempts, ended.problem) == (1, None)
    assert len(service.lists_asked()) == 1


def test_a_problem_belongs_to_the_day_that_met_it(service: Service) -> None:
    broken = SESSIONS[0].session_id
    service.crawler.misbehave(Fault(f"view_session.*id={broken}\\b", status(404)))
    partial, whole = service.ask(DayRequest(TRACK, DAY)), service.ask(DayRequest(OTHER_TRACK, DAY))
    service.start_worker()
    ended = service.wait_for_end(partial)
    assert ended.state == "succeeded"
    assert ended.result is not None
    assert ended.problem is not None
    assert (ended.result["status"], ended.result["sessions_detail_failed"]) == ("partial", 1)
    assert ended.problem["code"] == "TRACK_NOT_FOUND"
    assert service.wait_for_end(whole).result == expected_result(SEASON.day(OTHER_TRACK, DAY))
    assert service.job(whole).problem is None

    # The page waits now, so a range that leaves it out is not complete either.
    ranged = service.wait_for_end(service.ask(RangeRequest((TRACK,), DAY, DAY)))
    assert ranged.result is not None
    assert (ranged.result["status"], ranged.result["pages_waiting"]) == ("partial", 1)


def test_a_job_that_cannot_be_read_fails_alone(service: Service) -> None:
    jobs = [
        service.ask(request)
        for request in (DayRequest(TRACK, DAY), DayRequest(OTHER_TRACK, DAY), RangeRequest((TRACK,), DAY, DAY))
    ]
    _, whole, _ = jobs
    strange = [job.id for job in jobs if job is not whole]
    service.crawler.change("update jobs.jobs set arguments = arguments || '{\"laps\": 1}' where id = any(%s)", strange)
    strange.append(service.ask(PlainRequest(Kind.VERIFY)).id)
    service.crawler.change("update jobs.jobs set arguments = '{\"day\": 1}' where id = %s", strange[-1])
    service.start_worker()
    assert service.wait_for_end(whole).result == expected_result(SEASON.day(OTHER_TRACK, DAY))
    for job_id in strange:
        ended = service.wait_for_end(service.job(job_id))
        assert ended.problem is not None
        assert (ended.state, ended.problem["code"], ended.attempts) == ("failed", "INTERNAL_ERROR", MOST_ATTEMPTS)


def test_a_schedule_that_cannot_be_read_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEDULE_CRAWL", "every night")
    monkeypatch.setenv("SCHEDULE_VERIFY", "0 4 * * *")
    with pytest.raises(UsageError) as problem:
        load_schedule()
    assert str(problem.value) == (
        "SCHEDULE_CRAWL=every night is no cron expression: write SCHEDULE_CRAWL='30 3 * * *' for 03:30 UTC every day"
    )
