"""Signing in where the service listens beyond loopback: what needs it, and what the cookie is worth."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from scraper.database.connection import Database
from service.web import tokens
from service.web.access import COOKIE
from tests.service.conftest import Service
from tests.service.web.conftest import API, app_of, problem
from tests.service.web.pages.conftest import page_of, texts
from tests.service.web.pages.forms import browsing, send, sent
from tests.support.waiting import wait_for

DAY = {"track": "hill", "day": "2025-10-25"}


@dataclass
class Open:
    """A service that others could reach, a browser of it, and a token."""

    database: Database
    client: httpx.Client
    token: str

    def sign_in(self, token: str | None = None, to: str = "/imports") -> httpx.Response:
        """Send the form for a token."""
        form = page_of(self.client.get("/sign-in", params={"to": to}))
        return send(self.client, form, "/sign-in", token=self.token if token is None else token)


@pytest.fixture
def beyond(service: Service) -> Iterator[Open]:
    """A service beyond loopback."""
    database = service.crawler.database
    with database.connect(autocommit=True) as connection:
        token = tokens.make(connection, "somebody")
    with browsing(app_of(database, host="0.0.0.0")) as client:
        yield Open(database, client, token)


@pytest.fixture(scope="module")
def shared(shared_database: Database) -> Iterator[Open]:
    """The same for all tests of the module that cause nothing."""
    with shared_database.connect(autocommit=True) as connection:
        token = tokens.make(connection, "somebody")
    with browsing(app_of(shared_database, host="0.0.0.0")) as client:
        yield Open(shared_database, client, token)


@pytest.fixture
def unchanged(shared: Open) -> Iterator[Open]:
    """A service in which nothing is caused, and a browser without a cookie."""
    headers = shared.client.headers.copy()
    yield shared
    shared.client.headers = headers
    shared.client.cookies.clear()
    assert shared.client.get(f"{API}/jobs").json()["jobs"] == []


def test_who_has_signed_in_asks_for_days_until_the_token_is_revoked(beyond: Open) -> None:
    client = beyond.client
    page = page_of(client.get("/imports", params=DAY))
    assert not page.css("form")
    (to_form,) = page.xpath("//a[. = 'Sign in to import']/@href").getall()
    form = page_of(client.get(to_form))
    page = sent(client, form, "/sign-in", token=f" {beyond.token} ")
    assert [page.css(f"#{name}::attr(value)").get() for name in DAY] == [*DAY.values()]
    job = sent(client, page, "/imports")
    path = f"/imports/{job.css('[data-job]::attr(data-job)').get()}"
    assert client.get("/sign-in").url.path == "/imports"
    with beyond.database.connect(autocommit=True) as connection:
        tokens.revoke(connection, "somebody")
    refused = page_of(client.post(f"{path}/cancel"), 401)
    assert refused.css('a[href="/sign-in"]')
    job = page_of(client.get(path))
    assert not job.css("form")
    assert job.xpath("//a[. = 'Sign in to cancel']")


def test_who_has_not_signed_in_causes_nothing(unchanged: Open) -> None:
    client = unchanged.client
    nobody = "/imports/00000000-0000-0000-0000-000000000000"
    paths = ["/imports", "/imports/other", *(f"{nobody}/{action}" for action in ("cancel", "pause", "resume", "again"))]
    for cookies in ({}, {COOKIE: "x"}, {COOKIE: ""}):
        client.cookies = httpx.Cookies(cookies)
        for path in paths:
            assert page_of(client.post(path, data=DAY | {"what": "crawl"}), 401)
    assert client.get(f"{API}/jobs").json()["jobs"] == []


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\0", "ü"])
def test_a_wrong_token_is_said_to_be_wrong_and_not_repeated(unchanged: Open, token: str) -> None:
    answer = unchanged.sign_in(token)
    page = page_of(answer, 401)
    assert texts(page, "[role=alert]")
    assert page.css("[name=token]::attr(value)").get() is None
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_for_our_own_pages_and_no_script_reads_it(unchanged: Open) -> None:
    (sent_on,) = unchanged.sign_in().history
    name, _, attributes = sent_on.headers["set-cookie"].partition("=")
    assert name == COOKIE
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {each.strip() for each in attributes.split(";")}
    assert "Secure" not in attributes
    of_tls = httpx.Headers({"origin": f"https://{unchanged.client.base_url.netloc.decode()}"})
    answer = unchanged.client.post("/sign-in", data={"token": unchanged.token}, headers=of_tls, follow_redirects=False)
    assert "; Secure" in answer.headers["set-cookie"]


def test_the_cookie_counts_for_pages_alone(unchanged: Open) -> None:
    unchanged.sign_in()
    body = {"track_slug": "hill", "date": "2025-10-25"}
    assert problem(unchanged.client.post(f"{API}/practice-days/ingest", json=body)) == (401, "UNAUTHORIZED")


def test_signing_out_ends_it(unchanged: Open) -> None:
    page = page_of(unchanged.sign_in())
    page = sent(unchanged.client, page, "/sign-out")
    assert COOKIE not in unchanged.client.cookies
    assert page.xpath("//a[. = 'Sign in to import']")


@pytest.mark.parametrize(
    "to", ["//evil.example/", "https://evil.example/", "/\\evil.example", "imports", "/\n/x", "/ü"]
)
def test_it_leads_to_no_other_site(unchanged: Open, to: str) -> None:
    assert unchanged.sign_in(to=to).history[0].headers["location"] == "/imports"


def test_on_loopback_nobody_needs_to(service: Service) -> None:
    with browsing(app_of(service.crawler.database)) as client:
        answer = client.get("/sign-in", params={"to": "/imports?day=2025-10-25"})
        assert f"{answer.url}".endswith("/imports?day=2025-10-25")
        assert not page_of(answer).css('form[action="/sign-out"]')


def test_the_log_has_no_token(unchanged: Open, log: io.StringIO) -> None:
    unchanged.sign_in("mistyped")
    unchanged.sign_in()

    def answered() -> list[int]:
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        return [line["status"] for line in lines if (line.get("method"), line.get("route")) == ("POST", "/sign-in")]

    wait_for(lambda: answered() == [401, 303])
    assert unchanged.token not in log.getvalue()
    assert "mistyped" not in log.getvalue()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_a_form_of_another_site_does_nothing(unchanged: Open, headers: dict[str, str]) -> None:
    unchanged.sign_in()
    del unchanged.client.headers["origin"]
    answer = unchanged.client.post("/imports", data=DAY, headers=headers)
    assert answer.status_code == 403
    assert unchanged.client.get(f"{API}/jobs").json()["jobs"] == []


def test_a_browser_that_says_where_a_form_is_from_is_believed(beyond: Open) -> None:
    beyond.sign_in()
    del beyond.client.headers["origin"]
    answer = beyond.client.post("/imports", data=DAY, headers={"Sec-Fetch-Site": "same-origin"})
    assert page_of(answer).css("[data-job]")


def test_only_a_form_is_read_as_a_form(beyond: Open) -> None:
    beyond.sign_in()
    for arguments in (
        {"json": DAY},
        {"files": {"track": b"hill"}},
        {"data": {f"{number}": "x" for number in range(30)}},
    ):
        assert page_of(beyond.client.post("/imports", **arguments), 422)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert page_of(beyond.client.post("/imports", content=b"track=%ff", headers=headers), 422)
