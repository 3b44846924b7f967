"""Who is let in, and how much: tokens, host names, pages of other sites, rate and size."""

import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from scraper.database.connection import Database
from scraper.errors import UsageError
from service.web import connections, tokens
from service.web.request_checks import MOST_BYTES
from service.web.routes import jobs
from service.web.serve import refuse_without_token
from service.web.settings import WebSettings, load_settings
from tests.service.web.conftest import API, app_of, problem, serving
from tests.support.waiting import LONGEST_SECONDS, wait_for

INGEST = f"{API}/practice-days/ingest"
BODY = {"track_slug": "hill", "date": "2025-10-25"}
ASYNC = {"Prefer": "respond-async"}
OPEN: dict[str, Any] = {"host": "0.0.0.0"}  # the settings; the tests themselves listen on loopback
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def open_client(database: Database) -> Iterator[httpx.Client]:
    """A client of a service that others could reach."""
    with serving(app_of(database, **OPEN)) as client:
        yield client


@pytest.fixture(scope="module")
def refusing_client(shared_database: Database) -> Iterator[httpx.Client]:
    """The same for all tests of the module in which nobody is let in."""
    with serving(app_of(shared_database, **OPEN)) as client:
        yield client


def with_token(token: str) -> dict[str, str]:
    """The headers of a client that has a token."""
    return {"Authorization": f"Bearer {token}", **ASYNC}


def test_a_token_is_valid_until_it_is_revoked(database: Database, open_client: httpx.Client) -> None:
    with database.connect(autocommit=True) as connection:
        token, other = tokens.make(connection, "a program"), tokens.make(connection, "another")
        assert open_client.post(INGEST, json=BODY, headers=with_token(token)).status_code == 202
        tokens.revoke(connection, "a program")
        refused = open_client.post(INGEST, json=BODY, headers=with_token(token))
        assert problem(refused) == (401, "UNAUTHORIZED")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert open_client.post(INGEST, json=BODY, headers=with_token(other)).status_code == 202
        with pytest.raises(UsageError):
            tokens.make(connection, "a program")
        with pytest.raises(UsageError):
            tokens.revoke(connection, "a program")
        assert [(each.name, each.revoked_at is None) for each in tokens.all_tokens(connection)] == [
            ("a program", False),
            ("another", True),
        ]
        stored = connection.execute("select string_agg(tokens::text, '') from jobs.tokens").fetchone()
        assert token not in str(stored)


@pytest.mark.parametrize("name", ["", " ", "a" * 61, "two\nlines"])
def test_a_token_needs_a_name_that_a_list_can_show(name: str) -> None:
    connection: Any = None
    with pytest.raises(UsageError, match="at most 60 printable characters"):
        tokens.make(connection, name)


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer " + "x" * 5000])
def test_no_token_and_a_wrong_one_are_refused(refusing_client: httpx.Client, value: str) -> None:
    headers = {"Authorization": value} if value else {}
    asked = [
        refusing_client.post(INGEST, json=BODY, headers=headers),
        refusing_client.post(f"{API}/practice-days/discover", json={}, headers=headers),
        refusing_client.delete(f"{API}/jobs/{NOBODY}", headers=headers),
    ]
    assert [problem(answer) for answer in asked] == [(401, "UNAUTHORIZED")] * 3
    assert refusing_client.get(f"{API}/jobs", headers=headers).status_code == 200


def test_without_a_token_it_does_not_listen_beyond_loopback(database: Database) -> None:
    refuse_without_token(WebSettings(), database)
    for host in ("0.0.0.0", "::", "192.168.1.7", "practice.example"):
        with pytest.raises(UsageError, match="nobody has a token"):
            refuse_without_token(WebSettings(host=host), database)
    with database.connect(autocommit=True) as connection:
        tokens.make(connection, "a program")
    refuse_without_token(WebSettings(**OPEN), database)


def test_only_its_own_names_are_answered(database: Database) -> None:
    with serving(app_of(database, names="practice.example, other.example")) as client:
        port = client.base_url.port
        for name in ("localhost", f"127.0.0.1:{port}", "[::1]:8000", "Practice.Example", "other.example:443"):
            assert client.get("/healthz", headers={"Host": name}).status_code == 200
        others = ("practice.example.evil.example", "127.0.0.1.evil.example:8000", "localhost/x?", "evil@localhost")
        for name in ("evil.example", "[", "", *others):
            assert problem(client.get("/healthz", headers={"Host": name})) == (421, "HOST_NOT_ALLOWED")


def test_a_page_of_another_site_causes_nothing(database: Database) -> None:
    with serving(app_of(database)) as client:
        headers = {"Sec-Fetch-Site": "cross-site", **ASYNC}
        assert problem(client.post(INGEST, json=BODY, headers=headers)) == (403, "CROSS_SITE_REQUEST")
        # What a form can send without asking the browser is no JSON.
        plain = {"Content-Type": "text/plain", **ASYNC}
        assert problem(client.post(INGEST, content='{"track_slug": "hill", "date": "2025-10-25"}', headers=plain)) == (
            422,
            "VALIDATION_ERROR",
        )
        assert client.get(f"{API}/jobs").json()["jobs"] == []


def test_a_client_that_asks_too_often_is_told_when_to_come_back(database: Database) -> None:
    with serving(app_of(database, rate="3/hour")) as client:
        assert [client.get(f"{API}/jobs").status_code for _ in range(3)] == [200] * 3
        refused = client.get(f"{API}/jobs")
        assert problem(refused) == (429, "RATE_LIMITED")
        assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert client.get("/healthz").status_code == 200
        browser = {"Accept": "text/html"}
        page = client.get("/imports", headers=browser)
        assert (page.status_code, page.headers["retry-after"].isdecimal()) == (429, True)
        assert "Too many requests. Ask again later." in page.text
        style, *_ = set(re.findall(r'href="(/static/[^"]+\.css)"', page.text))
        assert client.get(style).status_code == 200


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD"),
        ("/imports", "GET, HEAD, POST"),
        ("/sign-out", "POST"),
        (f"{API}/jobs/{NOBODY}", "GET, HEAD, DELETE"),
        (INGEST, "POST"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_answered_by_those_that_it_has(
    database: Database, path: str, allowed: str
) -> None:
    with serving(app_of(database)) as client:
        refused = client.put(path)
        assert (problem(refused), refused.headers["allow"]) == ((405, "METHOD_NOT_ALLOWED"), allowed)


def test_a_form_that_is_cut_is_not_done(database: Database) -> None:
    with serving(app_of(database)) as client:
        address = (str(client.base_url.host), client.base_url.port or 0)
        with socket.create_connection(address) as connection:
            connection.sendall(
                b"POST /imports/other HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n\r\nwhat=transform"
            )
        wait_for(lambda: 'status="408"' in client.get("/metrics").text)
        assert client.get(f"{API}/jobs").json()["jobs"] == []


def test_a_large_body_is_not_read(database: Database) -> None:
    def in_parts() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 1000 + 1):
            yield b" " * 1000

    with serving(app_of(database)) as client:
        for body in (b" " * (MOST_BYTES + 1), in_parts()):
            assert problem(client.post(INGEST, content=body)) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("names", ["http://laps.example.org/", "laps.example.org:443", "laps/x"])
def test_a_name_of_the_service_is_a_host_name(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVE_NAMES", names)
    with pytest.raises(UsageError, match="SERVE_NAMES .* is no host name"):
        load_settings()


def test_a_request_keeps_its_id(database: Database) -> None:
    with serving(app_of(database)) as client:
        assert client.get("/healthz", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"] == "mine-1"
        made = client.get("/nothing", headers={"X-Request-Id": "two words"})
        assert made.json()["request_id"] == made.headers["x-request-id"] != "two words"


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For"])
def test_a_request_that_a_proxy_has_passed_on_needs_a_token(database: Database, header: str) -> None:
    with serving(app_of(database)) as client:
        assert client.post(INGEST, json=BODY, headers=ASYNC).status_code == 202
        passed_on = client.post(INGEST, json=BODY, headers={**ASYNC, header: "192.0.2.7"})
    assert problem(passed_on) == (401, "UNAUTHORIZED")


def test_a_service_with_public_names_needs_a_token(database: Database) -> None:
    settings = WebSettings(names="laps.example.org")
    assert settings.is_loopback
    with pytest.raises(UsageError, match="SERVE_NAMES"):
        refuse_without_token(settings, database)
    with serving(app_of(database, names="laps.example.org")) as client:
        assert problem(client.post(INGEST, json=BODY, headers=ASYNC)) == (401, "UNAUTHORIZED")


def test_a_client_has_a_limited_number_of_streams(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_STREAMS_OF_CLIENT", 1)
    app = app_of(database)
    with serving(app) as client:
        job = client.post(INGEST, json=BODY, headers=ASYNC).headers["location"]
        with client.stream("GET", f"{job}/events") as stream:
            lines = stream.iter_lines()  # without this name the stream would be closed
            next(lines)
            assert problem(client.get(f"{job}/events")) == (429, "RATE_LIMITED")
        wait_for(lambda: not app.state.streams)
        assert client.delete(job).status_code == 200


def test_streams_that_are_asked_for_at_once_are_limited_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_STREAMS_OF_CLIENT", 2)
    app = app_of(database)
    statuses: list[int] = []
    is_over = threading.Event()
    with serving(app) as client, ThreadPoolExecutor(8) as pool:
        path = client.post(INGEST, json=BODY, headers=ASYNC).headers["location"]

        def watch() -> None:
            with client.stream("GET", f"{path}/events") as stream:
                statuses.append(stream.status_code)
                is_over.wait()

        watching = [pool.submit(watch) for _ in range(8)]
        try:
            wait_for(lambda: len(statuses) == len(watching))
            assert sorted(statuses) == [200] * 2 + [429] * 6
        finally:
            is_over.set()
        assert [each.exception() for each in watching] == [None] * 8


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHost: loc"])
def test_a_connection_without_a_request_is_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connections, "SECONDS_FOR_HEAD", 0.2)
    with serving(app_of(database)) as client:
        port = client.base_url.port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=LONGEST_SECONDS) as silent:
            silent.sendall(begun)
            assert silent.recv(1) == b""
        assert client.get("/healthz").status_code == 200
