"""The jobs that are stored, without a worker."""

from datetime import UTC, date, datetime

import pytest

from service.jobs import queue, store
from service.jobs.problems import MOST_ATTEMPTS
from service.jobs.requests import DayRequest, JobRequest, Kind, MonthRequest, PlainRequest, RangeRequest, read_request
from service.jobs.running_jobs import worker_lock
from tests.service.conftest import Service

JULY, AUGUST, SEPTEMBER = (date(2025, month, 1) for month in (7, 8, 9))


@pytest.mark.parametrize(
    "request_",
    [
        DayRequest("hill", JULY, refresh=True),
        MonthRequest("hill", JULY),
        RangeRequest(("hill", "valley"), JULY, AUGUST, list_only=True),
        PlainRequest(Kind.EXPORT, full=True),
        PlainRequest(Kind.VERIFY),
    ],
)
def test_a_job_knows_what_was_asked_for(service: Service, request_: JobRequest) -> None:
    job = service.ask(request_)
    assert read_request(job.kind, service.job(job).arguments) == request_


def test_a_job_is_read_while_a_migration_adds_a_column(service: Service) -> None:
    job = service.ask(PlainRequest(Kind.VERIFY))
    for _ in range(6):  # after as many, the statement is a prepared one
        service.job(job)
    service.crawler.change("alter table jobs.jobs add column new_in_the_next_release text")
    assert service.job(job).id == service.ask(PlainRequest(Kind.VERIFY)).id == job.id


def test_two_workers_send_a_message_for_the_same_time_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_is_sent", lambda *_: False)  # as when both look before either has sent it
    for _ in range(2):
        queue.send_look(service.connection, datetime(2100, 1, 1, tzinfo=UTC))
    assert service.crawler.rows("select count(*) from jobs.procrastinate_jobs") == [(1,)]


def test_a_job_whose_worker_is_killed_each_time_fails(service: Service) -> None:
    killed, again = service.ask(PlainRequest(Kind.VERIFY)), service.ask(PlainRequest(Kind.TRANSFORM))
    change = "update jobs.jobs set state = 'running', attempts = %s where id = %s"
    service.crawler.change(change, MOST_ATTEMPTS, killed.id)
    service.crawler.change(change, MOST_ATTEMPTS - 1, again.id)
    with worker_lock(service.crawler.database):
        pass
    failed = service.job(killed)
    assert failed.problem is not None
    assert (failed.state, failed.problem["code"]) == ("failed", "INTERNAL_ERROR")
    assert (service.job(again).state, service.job(again).problem) == ("queued", None)


def test_a_job_is_deleted_half_a_year_after_its_end(service: Service) -> None:
    old, kept, waiting = (service.ask(PlainRequest(kind)) for kind in (Kind.VERIFY, Kind.TRANSFORM, Kind.EXPORT))
    change = "update jobs.jobs set state = 'failed', ended_at = now() - make_interval(days => %s) where id = %s"
    service.crawler.change(change, 181, old.id)
    service.crawler.change(change, 179, kept.id)
    service.crawler.change("update jobs.jobs set created_at = now() - interval '300 days' where id = %s", waiting.id)
    with worker_lock(service.crawler.database):
        pass
    assert {job.id for job in store.newest(service.connection, 10)} == {kept.id, waiting.id}
    with pytest.raises(store.JobNotFound):
        service.job(old)


def test_the_job_of_a_day_is_that_for_the_day_or_a_range_that_has_not_come_to_it(service: Service) -> None:
    def of_day(track_slug: str, day: date) -> object:
        job = store.of_day(service.connection, track_slug, day)
        return job and job.id

    range_ = service.ask(RangeRequest(("Hill", "valley"), JULY, SEPTEMBER))
    service.ask(MonthRequest("hill", AUGUST))
    service.ask(DayRequest("hill", JULY))
    assert [of_day("hill", day) for day in (AUGUST, SEPTEMBER, date(2025, 9, 2))] == [range_.id, range_.id, None]
    assert [of_day(track, AUGUST) for track in ("VALLEY", "alley", "hill%")] == [range_.id, None, None]
    service.crawler.change("update jobs.jobs set progress = '{\"remaining_to\": \"2025-08-31\"}' where kind = 'range'")
    assert [of_day("hill", day) for day in (AUGUST, SEPTEMBER)] == [range_.id, None]

    day = service.ask(DayRequest("HILL", AUGUST))
    assert of_day("hill", AUGUST) == day.id
    store.cancel(service.connection, day.id)
    assert of_day("hill", AUGUST) == range_.id
    store.cancel(service.connection, range_.id)
    assert of_day("hill", AUGUST) is None
