"""The call that other programs make: a day is asked for, and a worker of its own process crawls and derives it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from service.web.problems import STATUSES
from tests.expected.natural_keys import event_id
from tests.service.conftest import Service
from tests.service.jobs.test_days import expected_result
from tests.service.jobs.test_problems import FOR_GOOD
from tests.service.web.conftest import API, app_of, exact, problem, serving
from tests.support.crawling import DAY, SEASON, TRACK

INGEST = f"{API}/practice-days/ingest"
ONE_DAY = {"track_slug": TRACK, "date": DAY.isoformat()}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    """A client of a service whose database has no rows, and whose worker is not started."""
    with serving(app_of(service.crawler.database, wait=300)) as client:
        yield client


def test_a_program_gets_the_fields_that_it_knows(service: Service, client: httpx.Client) -> None:
    service.start_worker()
    answer = exact(client.post(INGEST, json=ONE_DAY, timeout=None))
    assert answer == expected_result(SEASON.day(TRACK, DAY)) | {"problem": None}
    day = exact(client.get(f"{API}/practice-days/{answer['event_id']}"))
    assert (day["event_date"], day["sessions"]) == (DAY.isoformat(), answer["sessions_ingested"])
    again = exact(client.post(INGEST, json={"track_id": day["track_id"], "date": DAY.isoformat()}, timeout=None))
    assert again == answer


def test_a_client_may_prefer_not_to_wait(client: httpx.Client) -> None:
    first = client.post(INGEST, json=ONE_DAY, headers=ASYNC)
    assert (first.status_code, first.headers["preference-applied"]) == (202, "respond-async")
    assert first.json()["state"] == "queued"
    again = client.post(INGEST, json={**ONE_DAY, "track_slug": TRACK.upper()}, headers={"Prefer": "wait=0"})
    assert again.json() == first.json()
    job = exact(client.get(first.headers["location"]))
    assert (job["job_id"], job["kind"], job["result"], job["problem"]) == (first.json()["job_id"], "day", None, None)
    assert job["progress"] == {"pages_planned": 0, "pages_done": 0, "pages_failed": 0}
    assert [each["job_id"] for each in exact(client.get(f"{API}/jobs"))["jobs"]] == [job["job_id"]]


def test_a_job_is_watched_and_cancelled(client: httpx.Client) -> None:
    path = client.post(INGEST, json=ONE_DAY, headers=ASYNC).headers["location"]
    with client.stream("GET", f"{path}/events") as events:
        assert events.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = events.iter_lines()
        assert next(lines) == "event: job"
        assert '"state":"queued"' in next(lines)
        assert exact(client.delete(path))["state"] == "cancelled"
        assert '"state":"cancelled"' in [line for line in lines if line.startswith("data")][-1]
    assert exact(client.delete(path))["state"] == "cancelled"


def test_who_waits_for_a_job_that_is_cancelled_is_told(client: httpx.Client) -> None:
    path = client.post(INGEST, json=ONE_DAY, headers=ASYNC).headers["location"]
    client.delete(path)
    again = client.post(INGEST, json=ONE_DAY, headers=ASYNC)
    assert again.headers["location"] != path


def test_a_job_that_fails_is_a_problem(service: Service, client: httpx.Client) -> None:
    service.start_worker()
    for fault, code in FOR_GOOD:
        service.crawler.misbehave(fault)
        answer = client.post(INGEST, json=ONE_DAY, timeout=None)
        assert problem(answer) == (STATUSES[code], code)
        assert service.site.base_url not in answer.text


def test_what_cannot_be_asked_for_is_no_job(client: httpx.Client) -> None:
    cases: list[tuple[dict[str, object], tuple[int, str]]] = [
        ({"track_slug": TRACK}, (422, "VALIDATION_ERROR")),
        ({"date": "2025-10-19"}, (422, "VALIDATION_ERROR")),
        ({**ONE_DAY, "track_id": f"{event_id(SEASON.day(TRACK, DAY))}"}, (422, "VALIDATION_ERROR")),
        ({**ONE_DAY, "date": 20251019}, (422, "VALIDATION_ERROR")),
        ({**ONE_DAY, "list_only": "yes"}, (422, "VALIDATION_ERROR")),
        ({**ONE_DAY, "track_slug": "../x"}, (422, "VALIDATION_ERROR")),
        ({**ONE_DAY, "date": f"{(datetime.now(UTC) + timedelta(days=3)).date()}"}, (404, "DAY_NOT_FOUND")),
        ({"track_id": "00000000-0000-0000-0000-000000000000", "date": "2025-10-19"}, (404, "TRACK_NOT_FOUND")),
    ]
    for body, expected in cases:
        assert problem(client.post(INGEST, json=body)) == expected, body
    (error,) = client.post(INGEST, json={"track_slug": TRACK}).json()["errors"]
    assert error == {"location": "body.by track_slug.date", "message": "Field required"}
    assert exact(client.get(f"{API}/jobs"))["jobs"] == []


def test_a_range_is_asked_for_paused_and_resumed(client: httpx.Client) -> None:
    wanted = {"track_slug": TRACK, "start_date": "2025-01-01", "end_date": DAY.isoformat()}
    asked = client.post(f"{INGEST}-range", json=wanted)
    assert asked.status_code == 202
    path = asked.headers["location"]
    assert client.post(f"{INGEST}-range", json=wanted).headers["location"] == path
    assert (exact(client.get(path))["kind"], exact(client.get(path))["is_paused"]) == ("range", False)
    for action, is_paused in (("pause", True), ("resume", False), ("pause", True), ("pause", True)):
        assert exact(client.post(f"{path}/{action}"))["is_paused"] == is_paused
    assert not exact(client.delete(path))["is_paused"]
    assert problem(client.post(f"{path}/pause")) == (409, "JOB_NOT_PAUSABLE")
    day = client.post(INGEST, json=ONE_DAY, headers=ASYNC).headers["location"]
    assert problem(client.post(f"{day}/resume")) == (409, "JOB_NOT_PAUSABLE")
    reversed_range = {**wanted, "end_date": "2024-12-31"}
    assert problem(client.post(f"{INGEST}-range", json=reversed_range)) == (404, "DAY_NOT_FOUND")


def test_nothing_is_asked_of_the_site_where_that_is_disabled(service: Service) -> None:
    app = app_of(service.crawler.database)
    app.state.config = app.state.config.model_copy(update={"crawl_disabled": True})
    with serving(app) as client:
        assert problem(client.post(INGEST, json=ONE_DAY)) == (503, "CRAWL_DISABLED")


def test_an_unknown_job_is_a_problem_also_for_who_watches_it(client: httpx.Client) -> None:
    path = f"{API}/jobs/00000000-0000-0000-0000-000000000000"
    answers = client.get(path), client.delete(path), client.get(f"{path}/events")
    assert [problem(answer) for answer in answers] == [(404, "JOB_NOT_FOUND")] * 3
