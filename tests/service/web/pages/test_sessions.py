"""The page of a session: its laps and figures, and the ways on from it."""

import httpx
import psycopg
import pytest

from tests.service.web.conftest import API, exact
from tests.service.web.pages.conftest import page_of, texts
from tests.support.commands_runner import Commands

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def races(derived_season: Commands) -> list[str]:
    """The sessions of the racer with most sessions on a day, by start."""
    with psycopg.connect(derived_season.database.conninfo, autocommit=True) as connection:
        (found,) = connection.execute(
            """
            select array_agg(race_id::text order by start_time) from analytics.sessions
            group by event_id, racer_id order by count(*) desc, event_id, racer_id limit 1
            """
        ).fetchone() or ([],)
    return list(found)


def test_a_session_has_its_laps(html_client: httpx.Client, races: list[str]) -> None:
    page = page_of(html_client.get(f"/sessions/{races[1]}"))
    session = exact(html_client.get(f"{API}/sessions/{races[1]}"))
    assert texts(page, "h1") == [session["racer_name"]]
    assert texts(page, ".laps tbody th") == [f"{lap['lap_number']}" for lap in session["lap_list"]]
    assert texts(page, ".laps tbody td:nth-child(2)") == [f"{lap['lap_time_seconds']}" for lap in session["lap_list"]]
    assert texts(page, ".laps tbody td:nth-child(3)") == [f"{lap['elapsed_race_time']}" for lap in session["lap_list"]]
    remarks = dict(zip(texts(page, ".laps tbody th"), texts(page, ".laps .remark"), strict=True))
    assert remarks[f"{session['best_lap_number']}"].startswith("best")
    for lap in session["lap_list"]:
        assert ("invalid" in remarks[f"{lap['lap_number']}"]) is not lap["is_valid"]
    for flag in session["flags"]:
        assert flag["explanation"] in remarks[f"{flag['lap_number']}"]
    assert len(page.css("#laps use")) > len(session["lap_list"])


def test_a_session_leads_to_its_neighbours_and_to_comparisons(html_client: httpx.Client, races: list[str]) -> None:
    for place, race in enumerate(races):
        page = page_of(html_client.get(f"/sessions/{race}"))
        assert page.css("[rel=prev]::attr(href)").getall() == [f"/sessions/{each}" for each in races[:place][-1:]]
        assert page.css("[rel=next]::attr(href)").getall() == [f"/sessions/{each}" for each in races[place + 1 :][:1]]
    session = exact(html_client.get(f"{API}/sessions/{races[1]}"))
    page = page_of(html_client.get(f"/sessions/{races[1]}"))
    day = f"/tracks/{session['track_slug']}/{session['practice_date']}"
    links = page.css("a::attr(href)").getall()
    assert {day, f"{day}/racers/{session['racer_id']}", f"/people/{session['person_id']}"} <= set(links)
    compared = [link for link in links if link.startswith("/compare?")]
    assert f"/compare?a={races[1]}&b={races[0]}" in compared
    for link in compared:
        page_of(html_client.get(link))


def test_a_page_that_has_not_changed_is_not_sent_again(html_client: httpx.Client, races: list[str]) -> None:
    etag = html_client.get(f"/sessions/{races[0]}").headers["etag"]
    again = html_client.get(f"/sessions/{races[0]}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_what_is_missing_is_said(html_client: httpx.Client, derived_season: Commands, races: list[str]) -> None:
    change = "update racing.races set detail_status = %s where id = %s"
    with psycopg.connect(derived_season.database.conninfo, autocommit=True) as connection:
        connection.execute(change, ["failed", races[0]])
        try:
            page = page_of(html_client.get(f"/sessions/{races[0]}"))
        finally:
            connection.execute(change, ["captured", races[0]])
    (missing,) = texts(page, ".verdict.partial")
    assert "is not captured: it could not be read when it was requested last" in missing
    session = exact(html_client.get(f"{API}/sessions/{races[0]}"))
    target = f"/imports?track={session['track_slug']}&day={session['practice_date']}"
    assert page.css(".verdict a::attr(href)").getall() == [target]


def test_an_unknown_session_is_a_problem_in_words(html_client: httpx.Client) -> None:
    page = page_of(html_client.get(f"/sessions/{NOBODY}"), status=404)
    assert "No session has this id" in page.get()
