"""The page of a practice day, and those of its racers."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from scraper.report.practice_day import PracticeDay, read_day
from service.jobs import store
from service.jobs.queue import connect
from service.jobs.requests import DayRequest
from service.web.pages import days as day_pages
from tests.service.web.conftest import API, app_of, exact, serving
from tests.service.web.pages.conftest import page_of, texts
from tests.support.commands_runner import Commands


@pytest.fixture(scope="module")
def day(client: httpx.Client) -> dict[str, Any]:
    """The day with most sessions, by the API."""
    days = exact(client.get(f"{API}/practice-days/search", params={"limit": 200}))["practice_days"]
    largest = max(days, key=lambda each: each["sessions"])
    found: dict[str, Any] = exact(client.get(f"{API}/practice-days/{largest['event_id']}"))
    return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[PracticeDay]:
    """The days that were read from the database since the test began."""
    days: list[PracticeDay] = []

    def read(*arguments: Any) -> PracticeDay:
        days.append(read_day(*arguments))
        return days[-1]

    monkeypatch.setattr(day_pages, "read_day", read)
    return days


@pytest.fixture
def new_client(derived_season: Commands) -> Iterator[httpx.Client]:
    """A client of a service that has shown nothing yet."""
    with serving(app_of(derived_season.database)) as client:
        yield client


def path_of(day: dict[str, Any]) -> str:
    return f"/tracks/{day['track_slug']}/{day['event_date']}"


def test_a_day_has_the_figures_of_the_report(html_client: httpx.Client, day: dict[str, Any]) -> None:
    page = page_of(html_client.get(path_of(day)))
    totals = dict(zip(texts(page, ".totals dt"), texts(page, ".totals dd"), strict=True))
    assert totals["Sessions"] == f"{day['sessions']:,}"
    assert totals["Laps"].split()[0] == f"{day['laps']:,}"
    board: dict[str, list[str]] = {each["class_name"]: [] for each in day["leaderboards"]}
    for place in day["leaderboards"]:
        board[place["class_name"]].append(f"{place['best_lap']:.3f}")
    shown = {
        article.css("h3 ::text").get(): texts(article, ".leaderboard td:nth-child(3)")
        for article in page.css("#classes article")
    }
    assert shown == board
    assert len(page.css("#day-chart .plot use")) == sum(each["best_lap"] is not None for each in day["session_list"])


def test_every_link_to_a_racer_leads_to_sessions_and_laps(html_client: httpx.Client, day: dict[str, Any]) -> None:
    page = page_of(html_client.get(path_of(day)))
    links = list(dict.fromkeys(page.css("#racers tbody th a::attr(href)").getall()))
    assert len(links) == len({each["racer_id"] for each in day["session_list"]})
    sessions: list[str] = []
    for link in links:
        racer = page_of(html_client.get(link))
        sessions += racer.css("table.sortable tbody th a::attr(href)").getall()
    assert sorted(sessions) == sorted(f"/sessions/{each['race_id']}" for each in day["session_list"])


def test_a_page_is_sent_again_only_after_a_change(html_client: httpx.Client, day: dict[str, Any]) -> None:
    for path in (path_of(day), page_of(html_client.get(path_of(day))).css("#racers tbody th a::attr(href)").get()):
        first = html_client.get(str(path))
        again = html_client.get(str(path), headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_page_that_was_rendered_before_is_an_answer_of_its_own(
    html_client: httpx.Client, day: dict[str, Any]
) -> None:
    first, second = (html_client.get(path_of(day)) for _ in range(2))
    assert first.content == second.content
    ids = [response.headers.get_list("x-request-id") for response in (first, second)]
    assert [len(own) for own in ids] == [1, 1]
    assert ids[0] != ids[1]


def test_a_day_and_its_racers_are_read_once(
    new_client: httpx.Client, day: dict[str, Any], reads: list[PracticeDay]
) -> None:
    racers = page_of(new_client.get(path_of(day))).css("#racers tbody th a::attr(href)").getall()
    for racer in racers[:3]:
        page_of(new_client.get(racer))
    assert len(reads) == 1


def test_a_day_that_is_read_again_has_an_etag_that_changes_with_its_import(
    new_client: httpx.Client, derived_season: Commands, day: dict[str, Any], reads: list[PracticeDay]
) -> None:
    path, etags = path_of(day), []
    with connect(derived_season.database, "test") as connection:
        job = store.enqueue(connection, DayRequest(day["track_slug"], date.fromisoformat(day["event_date"])))
        try:
            for done in (1, 2):
                progress = json.dumps({"pages_planned": 12, "pages_done": done, "step": "crawl"})
                connection.execute("update jobs.jobs set progress = %s::jsonb where id = %s", [progress, job.id])
                shown = new_client.get(path)
                assert f"{done} of 12 pages" in shown.text
                etags.append(shown.headers["etag"])
                assert new_client.get(path, headers={"if-none-match": etags[-1]}).status_code == 304
        finally:
            connection.execute("delete from jobs.jobs where id = %s", [job.id])
    etags.append(new_client.get(path).headers["etag"])
    assert len({*etags}) == 3
    assert len(reads) == 1


def test_a_slug_in_another_case_leads_to_the_stored_one(html_client: httpx.Client, day: dict[str, Any]) -> None:
    path = f"/tracks/{day['track_slug'].upper()}/{day['event_date']}"
    response = html_client.get(path)
    assert (response.status_code, response.headers["location"]) == (308, path_of(day))


def test_a_day_that_is_not_stored_can_be_imported(html_client: httpx.Client, day: dict[str, Any]) -> None:
    page = page_of(html_client.get(f"/tracks/{day['track_slug']}/1999-01-02"), status=404)
    assert page.css("main a::attr(href)").getall() == [f"/imports?track={day['track_slug']}&day=1999-01-02"]


def test_a_racer_of_another_day_is_a_problem(html_client: httpx.Client, day: dict[str, Any]) -> None:
    missing = html_client.get(f"{path_of(day)}/racers/00000000-0000-0000-0000-000000000000")
    assert texts(page_of(missing, status=404), "h1") == ["Not Found"]


def test_nothing_of_a_page_is_loaded_from_elsewhere(html_client: httpx.Client, day: dict[str, Any]) -> None:
    response = html_client.get(path_of(day))
    assert "default-src 'none'" in response.headers["content-security-policy"]
    page = page_of(response)
    loaded = page.css("link:not([rel=icon])::attr(href), script::attr(src), img::attr(src)").getall()
    assert loaded
    assert all(re.match("/(static|tracks)/", address) for address in loaded)
    for address in page.css("link[rel=stylesheet]::attr(href), script::attr(src)").getall():
        asset = html_client.get(address)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]
    assert not page.css("style, [style], script:not([src])")


def test_a_day_that_the_site_cannot_have_is_not_offered(html_client: httpx.Client, day: dict[str, Any]) -> None:
    for impossible in ("2199-01-02", "1989-12-31"):
        page = page_of(html_client.get(f"/tracks/{day['track_slug']}/{impossible}"), status=404)
        assert page.css("main a").getall() == []
