"""Scheduled crawls, transforms, verifications and exports."""

from pathlib import Path

import pytest

from service.jobs import store
from service.jobs.requests import DayRequest, Kind, PlainRequest
from tests.service.conftest import Service
from tests.support.crawling import DAY, SEASON, TRACK
from tests.support.waiting import wait_for

pytestmark = pytest.mark.reliability

EVERY_SECOND = "* * * * * *"


def test_what_is_stored_is_verified_and_exported(service: Service, tmp_path: Path) -> None:
    service.start_worker(EXPORT_FOLDER=str(tmp_path))
    service.wait_for_end(service.ask(DayRequest(TRACK, DAY)))
    for kind in (Kind.TRANSFORM, Kind.VERIFY, Kind.EXPORT):
        ended = service.wait_for_end(service.ask(PlainRequest(kind)))
        assert (ended.state, ended.problem) == ("succeeded", None), kind
    assert list(tmp_path.rglob("*.parquet"))

    service.crawler.change("update racing.laps set lap_time_seconds = lap_time_seconds + 1 where lap_number = 1")
    ended = service.wait_for_end(service.ask(PlainRequest(Kind.VERIFY)))
    assert ended.problem is not None
    assert (ended.state, ended.problem["code"]) == ("failed", "INTERNAL_ERROR")
    assert "racing.laps are not what the raw pages say" in ended.problem["detail"]
    assert service.wait_for_end(service.ask(PlainRequest(Kind.TRANSFORM, full=True))).state == "succeeded"
    assert service.wait_for_end(service.ask(PlainRequest(Kind.VERIFY))).state == "succeeded"


@pytest.mark.parametrize("setting", ["SCHEDULE_CRAWL"])
def test_a_schedule_asks_for_its_jobs_and_two_workers_ask_once(service: Service, setting: str) -> None:
    settings = {setting: EVERY_SECOND, "TRACKS": TRACK, "DAYS": "3650"}
    service.start_worker(**settings)
    service.start_worker(**settings)

    def first() -> store.Job | None:
        jobs = store.newest(service.connection, store.MOST_LISTED)
        return next((job for job in reversed(jobs) if job.has_ended), None)

    ended = wait_for(first, service.workers[-1])
    assert (ended.kind, ended.state, ended.problem) == (Kind.CRAWL, "succeeded", None)
    assert ended.result is not None
    sessions = [session for day in SEASON.days() if day.track.slug == TRACK for session in day.sessions]
    assert (ended.result["status"], ended.result["sessions_ingested"]) == ("completed", len(sessions))
    unfinished = [job for job in store.newest(service.connection, store.MOST_LISTED) if not job.has_ended]
    assert len(unfinished) <= 1
