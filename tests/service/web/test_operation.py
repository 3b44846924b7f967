"""What watches the service: health, readiness, metrics, and its log."""

import io
import json
import logging
import signal
import sys

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from scraper.database.connection import Database
from tests.service.web.conftest import API, app_of, problem, serving
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON
from tests.support.running_command import RunningCommand, start_program
from tests.support.waiting import wait_for


def test_a_derived_database_is_ready(client: httpx.Client) -> None:
    assert [client.get(path).json() for path in ("/healthz", "/readyz")] == [{"status": "ok"}] * 2


def test_a_database_that_was_never_derived_is_not_ready(database: Database) -> None:
    with serving(app_of(database)) as client:
        assert client.get("/healthz").status_code == 200
        for path in ("/readyz", f"{API}/tracks"):
            assert problem(client.get(path)) == (503, "DATABASE_UNAVAILABLE")


def test_a_database_that_is_gone_comes_back(derived_season: Commands) -> None:
    database = derived_season.database
    name = sql.Identifier(database.parameters["dbname"])
    elsewhere = make_conninfo(database.conninfo, dbname="postgres")
    end_connections = "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '^web, '"
    app = app_of(database)
    with serving(app) as client, psycopg.connect(elsewhere, autocommit=True) as connection:
        assert client.get(f"{API}/practice-days/search").status_code == 200
        connection.execute(end_connections)
        assert client.get(f"{API}/practice-days/search").status_code == 200
        connection.execute(sql.SQL("alter database {} allow_connections false").format(name))
        try:
            connection.execute(end_connections)
            app.state.pools.readers.timeout = 0.1  # no connection comes, however long it waits
            assert problem(client.get(f"{API}/practice-days/search")) == (503, "DATABASE_UNAVAILABLE")
            assert client.get("/healthz").status_code == 200
        finally:
            connection.execute(sql.SQL("alter database {} allow_connections true").format(name))
        wait_for(lambda: client.get("/readyz").status_code == 200)


def test_metrics_count_requests_jobs_and_days(client: httpx.Client) -> None:
    client.get(f"{API}/tracks")
    client.get("/openapi.json")
    client.get("/nothing/Ana%20Ruiz")
    lines = client.get("/metrics").text.splitlines()
    slug = SEASON.tracks[0].slug
    days = sum(day.track.slug == slug for day in SEASON.days())
    assert f'practice_days{{track="{slug}"}} {days}.0' in lines
    assert f'practice_days_incomplete{{track="{slug}"}} 0.0' in lines
    assert any(line.startswith('practice_requests_total{method="GET",route="/api/v1/tracks"') for line in lines)
    assert any(line.startswith('practice_requests_total{method="GET",route="none",status="404"}') for line in lines)
    assert 'practice_requests_total{method="GET",route="/openapi.json",status="200"} 1.0' in lines
    assert {"practice_database_up 1.0", "practice_database_derived 1.0", "practice_underived_pages 0.0"} <= {*lines}
    assert 'practice_crawls{outcome="finished"} 1.0' in lines
    assert any(line.startswith('practice_transform_seconds{outcome="finished"} ') for line in lines)
    sessions = sum(len(day.sessions) for day in SEASON.days())
    assert f'practice_crawl_sessions{{outcome="finished"}} {sessions}.0' in lines
    assert "Ana" not in "".join(lines)


def test_metrics_say_which_pages_fail_and_that_nothing_is_derived(database: Database) -> None:
    with database.connect(autocommit=True) as connection:
        connection.execute("insert into raw.crawls (arguments, version) values ('{}', '0')")
        connection.execute(
            """
            insert into raw.failed_pages (track_slug, page_kind, page_key, url, reason_kind, reason, crawl_id)
            select 'hill', 'session', key, '', 'http', '', crawl_id
            from raw.crawls, (values ('1'), ('2')) as pages (key)
            """
        )
    with serving(app_of(database)) as client:
        lines = client.get("/metrics").text.splitlines()
    assert 'practice_failed_pages{page_kind="session",reason="http",track="hill"} 2.0' in lines
    assert {"practice_database_up 1.0", "practice_database_derived 0.0"} <= {*lines}


def test_a_log_line_has_the_id_of_its_request_and_no_name(derived_season: Commands, log: io.StringIO) -> None:
    app = app_of(derived_season.database)

    @app.get("/broken")
    def broken() -> None:
        logging.getLogger("some.library").warning("while %s", "answering")
        raise RuntimeError("Ana Ruiz")

    with serving(app) as client:
        client.get(f"{API}/people", params={"q": "Ana Ruiz"}, headers={"X-Request-Id": "one"})
        answer = client.get("/broken", headers={"X-Request-Id": "two"})
    assert problem(answer) == (500, "INTERNAL_ERROR")
    assert "Ana" not in answer.text + log.getvalue()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (found,) = [line for line in lines if line.get("request_id") == "one"]
    assert (found["route"], found["status"]) == (f"{API}/people", 200)
    of_two = [line for line in lines if line.get("request_id") == "two"]
    assert [line["event"] for line in of_two] == ["while answering", "failed", "answered"]
    assert of_two[1]["error"] == "RuntimeError"
    assert any("test_operation.py" in place for place in of_two[1]["at"])


@pytest.mark.parametrize("command", ["serve", "web"])
def test_it_ends_cleanly(derived_season: Commands, command: str) -> None:
    environment = {**derived_season.environment, "SERVE_PORT": "0"}
    with start_program([sys.executable, "-m", "service", command], environment) as service:
        try:
            url = wait_for(lambda: _address(service), service)
            wait_for(lambda: _answers(url), service)
        finally:
            service.send_signal(signal.SIGTERM)
    assert service.returncode == 0


def _address(service: RunningCommand) -> str:
    return service.output_so_far().partition("Listening on ")[2].strip()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False
