"""What the API answers about the sample season, over HTTP: every number, time and name as it is stored."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from service.web.queries import bests, calendar, days, people, sessions, tracks
from service.web.rows import Row, select
from tests.expected.analytics import EXPECTED
from tests.expected.analytics.session_facts import session_facts
from tests.service.web.conftest import API, exact, problem
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON

NOBODY = "00000000-0000-0000-0000-000000000000"
MODELS: dict[type[Row], str] = {
    tracks.Track: "analytics.track_summaries",
    tracks.Record: "analytics.class_records",
    tracks.Activity: "analytics.track_activity",
    days.DaySummary: "analytics.practice_days",
    calendar.MonthPage: "analytics.month_pages",
    calendar.CalendarDay: "analytics.track_calendar",
    days.Reconciliation: "analytics.day_reconciliation",
    days.Place: "analytics.class_leaderboard",
    sessions.Session: "analytics.sessions",
    sessions.Lap: "racing.laps",
    sessions.LapFlag: "analytics.lap_flags",
    days.RacerDay: "analytics.driver_days",
    people.Person: "analytics.people",
    bests.PersonalBest: "analytics.personal_bests",
    people.PersonDay: "analytics.person_days",
    people.Identity: "analytics.driver_people",
}


@pytest.fixture
def connection(derived_season: Commands) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the database behind the service."""
    with psycopg.connect(derived_season.database.conninfo, autocommit=True) as connection:
        yield connection


def parts(client: httpx.Client, path: str, name: str, **wanted: Any) -> list[dict[str, Any]]:
    """All rows of a list, read part by part."""
    rows: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        part = exact(client.get(f"{API}/{path}", params=wanted | after))
        assert len(part[name]) <= wanted["limit"]
        rows += part[name]
        if part["next"] is None:
            return rows
        after = {"after": part["next"]}


def rows_of_csv(response: httpx.Response) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("row", MODELS)
def test_rows_are_of_the_types_that_openapi_describes(connection: psycopg.Connection[Any], row: type[Row]) -> None:
    rows = select(connection, row, f"from {MODELS[row]}")
    assert rows
    for each in rows:
        row.model_validate(each, strict=True)


def test_tracks_are_listed_in_parts(client: httpx.Client) -> None:
    tracks = parts(client, "tracks", "tracks", limit=2)
    assert sorted(track["track_slug"] for track in tracks) == sorted(track.slug for track in SEASON.tracks)
    days = {track.slug: [day for day in SEASON.days() if day.track.slug == track.slug] for track in SEASON.tracks}
    for track in tracks:
        own = days[track["track_slug"]]
        assert track["practice_days"] == len(own)
        assert track["sessions"] == sum(len(day.sessions) for day in own)
        assert track["last_practice_date"] == f"{max(day.date for day in own)}"


def test_a_track_has_records_and_activity(client: httpx.Client) -> None:
    slug = SEASON.tracks[0].slug
    track = exact(client.get(f"{API}/tracks/{slug.upper()}"))
    expected = [
        row
        for row in EXPECTED["class_records"](session_facts(SEASON.days()))
        if (row["track_slug"], row["period"]) == (slug, "ever")
    ]
    assert {record["class_name"]: record["best_lap"] for record in track["records"]} == {
        row["class_name"]: row["best_lap"] for row in expected
    }
    assert sum(month["sessions"] for month in track["activity"]) == track["sessions"]


def test_days_are_searched_by_track_and_dates(client: httpx.Client) -> None:
    slug = SEASON.tracks[0].slug
    expected = sorted((day.date for day in SEASON.days() if day.track.slug == slug), reverse=True)
    found = parts(client, "practice-days/search", "practice_days", track_slug=slug, limit=3)
    assert [day["event_date"] for day in found] == [f"{day}" for day in expected]
    bounds = {"track_id": found[0]["track_id"], "start_date": f"{expected[4]}", "end_date": f"{expected[2]}"}
    within = exact(client.get(f"{API}/practice-days/search", params=bounds))["practice_days"]
    assert [day["event_date"] for day in within] == [f"{day}" for day in expected[2:5]]
    everything = parts(client, "practice-days/search", "practice_days", limit=7)
    assert len(everything) == len(list(SEASON.days())) == len({day["event_id"] for day in everything})


def test_a_day_has_what_is_stored_of_it(client: httpx.Client, connection: psycopg.Connection[Any]) -> None:
    (event_id, stored) = connection.execute(
        "select event_id, count(*) from analytics.sessions group by event_id order by count(*) desc limit 1"
    ).fetchone() or ("", 0)
    day = exact(client.get(f"{API}/practice-days/{event_id}"))
    assert len(day["session_list"]) == day["sessions"] == day["totals"]["our_sessions"] == stored
    assert (day["verdict"], day["ingest_depth"]) == ("complete", "laps_full")
    with connection.cursor(row_factory=dict_row) as cursor:
        places = cursor.execute(
            "select class_name, racer_name, best_lap from analytics.class_leaderboard where event_id = %s", [event_id]
        ).fetchall()
    assert {(place["class_name"], place["racer_name"], place["best_lap"]) for place in day["leaderboards"]} == {
        tuple(place.values()) for place in places
    }


def test_numbers_are_written_digit_by_digit(client: httpx.Client, connection: psycopg.Connection[Any]) -> None:
    (race_id, printed) = connection.execute(
        """
        select race_id, best_lap::text from analytics.sessions
        where best_lap::text like '%0' and valid_laps > 3 order by race_id limit 1
        """
    ).fetchone() or ("", "")
    response = client.get(f"{API}/sessions/{race_id}")
    assert f'"best_lap":{printed},' in response.text
    session = exact(response)
    assert len(session["lap_list"]) == session["laps"]
    assert min(lap["lap_time_seconds"] for lap in session["lap_list"] if lap["is_valid"]) == session["best_lap"]
    assert not session["start_time"].endswith("Z")


def test_a_day_that_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    day = exact(client.get(f"{API}/practice-days/search?limit=1"))["practice_days"][0]
    path = f"{API}/practice-days/{day['event_id']}"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    as_csv = client.get(path, headers={"If-None-Match": first.headers["etag"], "Accept": "text/csv"})
    assert (as_csv.status_code, as_csv.headers["vary"]) == (200, "Accept")
    session = f"{API}/sessions/{first.json()['session_list'][0]['race_id']}"
    etag = client.get(session).headers["etag"]
    assert client.get(session, headers={"If-None-Match": etag}).status_code == 304


def test_people_are_found_by_beginnings_of_words_and_by_transponder(client: httpx.Client) -> None:
    people: list[dict[str, Any]] = [
        person for person in EXPECTED["people"](session_facts(SEASON.days())) if person["transponders"]
    ]
    person = max(people, key=lambda person: len(person["normalized_names"]))
    words = " ".join(word[:3] for word in reversed(person["normalized_names"][0].split()))
    for wanted in (words.upper(), person["transponders"][0]):
        found = parts(client, "people", "people", q=wanted, limit=1)
        assert f"{person['person_id']}" in {each["person_id"] for each in found}
        assert len(found) < len(people)
    detail = exact(client.get(f"{API}/people/{person['person_id']}"))
    assert detail["transponders"] == person["transponders"]
    assert sum(day["sessions"] for day in detail["days"]) == detail["sessions"]
    assert {identity["transponder_number"] for identity in detail["identities"]} >= set(person["transponders"])
    assert all(identity["evidence"] for identity in detail["identities"])


def test_lists_are_files_for_a_spreadsheet(client: httpx.Client) -> None:
    wanted = {"Accept": "text/html;q=0.5, text/csv"}
    first = client.get(f"{API}/practice-days/search", params={"limit": 2}, headers=wanted)
    assert len(rows_of_csv(first)) == 2
    following = client.get(first.links["next"]["url"], headers=wanted)
    by_suffix = client.get(f"{API}/practice-days/search.csv", params={"limit": 2})
    assert rows_of_csv(client.get(by_suffix.links["next"]["url"])) == rows_of_csv(following)
    assert {row["event_id"] for row in rows_of_csv(first)}.isdisjoint(row["event_id"] for row in rows_of_csv(following))
    day = exact(client.get(f"{API}/practice-days/{rows_of_csv(first)[0]['event_id']}"))
    sessions = rows_of_csv(client.get(f"{API}/practice-days/{day['event_id']}", headers=wanted))
    assert [row["race_id"] for row in sessions] == [session["race_id"] for session in day["session_list"]]
    for path in ("tracks", f"tracks/{day['track_slug']}", "people?q=no", f"sessions/{sessions[0]['race_id']}"):
        assert rows_of_csv(client.get(f"{API}/{path}", headers=wanted))


def test_each_list_of_a_document_is_a_list_of_its_own(
    client: httpx.Client, connection: psycopg.Connection[Any]
) -> None:
    found = connection.execute(
        """
        select flags.event_id, races.id, results.person_id
        from analytics.lap_flags as flags
        inner join racing.race_results as result on result.id = flags.race_result_id
        inner join racing.races as races on races.id = result.race_id
        inner join analytics.sessions as results on results.event_id = flags.event_id and results.race_id = races.id
        where results.person_id is not null order by 1, 2 limit 1
        """
    ).fetchone()
    assert found is not None
    event_id, race_id, person_id = found
    for path, name in (
        (f"practice-days/{event_id}", "leaderboards"),
        (f"sessions/{race_id}", "flags"),
        (f"people/{person_id}", "identities"),
        (f"tracks/{SEASON.tracks[0].slug}", "activity"),
    ):
        listed = client.get(f"{API}/{path}/{name}")
        assert exact(listed) == {name: exact(client.get(f"{API}/{path}"))[name]}
        as_csv = client.get(f"{API}/{path}/{name}.csv")
        assert len(rows_of_csv(as_csv)) == len(exact(listed)[name]) > 0
        if etag := as_csv.headers.get("etag"):
            assert client.get(f"{API}/{path}/{name}.csv", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tracks/nowhere", (404, "TRACK_NOT_FOUND")),
        ("practice-days/search?track_slug=nowhere", (404, "TRACK_NOT_FOUND")),
        (f"practice-days/search?track_id={NOBODY}", (404, "TRACK_NOT_FOUND")),
        (f"practice-days/{NOBODY}", (404, "DAY_NOT_FOUND")),
        (f"sessions/{NOBODY}", (404, "SESSION_NOT_FOUND")),
        (f"people/{NOBODY}", (404, "PERSON_NOT_FOUND")),
        (f"practice-days/{NOBODY}/leaderboards", (404, "DAY_NOT_FOUND")),
        (f"sessions/{NOBODY}/flags", (404, "SESSION_NOT_FOUND")),
        (f"people/{NOBODY}/identities", (404, "PERSON_NOT_FOUND")),
        ("tracks/nowhere/activity", (404, "TRACK_NOT_FOUND")),
        (f"practice-days/search?after={NOBODY}", (422, "VALIDATION_ERROR")),
        (f"people?q=no&after={NOBODY}", (422, "VALIDATION_ERROR")),
        (f"jobs?after={NOBODY}", (422, "VALIDATION_ERROR")),
        ("nothing", (404, "NOT_FOUND")),
        ("practice-days/1", (404, "NOT_FOUND")),
        ("practice-days/search?start_date=12", (422, "VALIDATION_ERROR")),
        ("practice-days/search?limit=0", (422, "VALIDATION_ERROR")),
        ("tracks/a..b", (422, "VALIDATION_ERROR")),
        ("people?q=%00%00", (422, "VALIDATION_ERROR")),
        ("people", (422, "VALIDATION_ERROR")),
    ],
)
def test_a_problem_has_a_code(client: httpx.Client, path: str, expected: tuple[int, str]) -> None:
    assert problem(client.get(f"{API}/{path}")) == expected
