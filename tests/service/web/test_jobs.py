"""Jobs that are for no day in particular, asked for over HTTP."""

from collections.abc import Iterator

import httpx
import pytest

from service.web import tokens
from tests.service.conftest import Service
from tests.service.web.conftest import API, app_of, exact, problem, serving
from tests.support.waiting import wait_for

JOBS = f"{API}/jobs"


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    """A client of a service whose database has no rows, and whose worker is not started."""
    with serving(app_of(service.crawler.database)) as client:
        yield client


def test_a_worker_does_what_was_asked_for(service: Service, client: httpx.Client) -> None:
    asked = client.post(JOBS, json={"kind": "transform", "full": True})
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    path = asked.headers["location"]
    assert path == f"{JOBS}/{asked.json()['job_id']}"
    assert client.post(JOBS, json={"kind": "transform", "full": True}).headers["location"] == path
    assert client.post(JOBS, json={"kind": "transform"}).headers["location"] != path
    service.start_worker()
    wait_for(lambda: exact(client.get(path))["ended_at"], service.workers[-1])
    job = exact(client.get(path))
    assert (job["kind"], job["arguments"], job["state"], job["problem"]) == (
        "transform",
        {"full": True},
        "succeeded",
        None,
    )


def test_what_is_no_such_job_is_not_asked_for(client: httpx.Client) -> None:
    for body in (
        {},
        {"kind": "day"},
        {"kind": "crawl", "full": True},
        {"kind": "verify", "full": False},
        {"kind": "export", "x": 1},
    ):
        assert problem(client.post(JOBS, json=body)) == (422, "VALIDATION_ERROR"), body
    assert exact(client.get(JOBS))["jobs"] == []


def test_only_what_crawls_is_refused_where_crawling_is_disabled(service: Service) -> None:
    app = app_of(service.crawler.database)
    app.state.config = app.state.config.model_copy(update={"crawl_disabled": True})
    with serving(app) as client:
        assert problem(client.post(JOBS, json={"kind": "crawl"})) == (503, "CRAWL_DISABLED")
        assert [client.post(JOBS, json={"kind": kind}).status_code for kind in ("verify", "export")] == [202] * 2


def test_a_token_is_needed_beyond_loopback(service: Service) -> None:
    with service.crawler.database.connect(autocommit=True) as connection:
        token = tokens.make(connection, "a program")
    with serving(app_of(service.crawler.database, host="0.0.0.0")) as client:
        assert problem(client.post(JOBS, json={"kind": "verify"})) == (401, "UNAUTHORIZED")
        headers = {"Authorization": f"Bearer {token}"}
        assert client.post(JOBS, json={"kind": "verify"}, headers=headers).status_code == 202
