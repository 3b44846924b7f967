"""The page that compares two sessions, or two racers on a day, and the steps to choose them."""

from collections import Counter
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from scraper.report.wording import gap
from tests.service.web.conftest import API, exact
from tests.service.web.pages.conftest import page_of, texts
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON

NOBODY = "00000000-0000-0000-0000-000000000000"
Sessions = list[dict[str, Any]]


@pytest.fixture
def sessions(derived_season: Commands) -> Sessions:
    """The sessions of the season with a lap, those of the day with most of them first."""
    with psycopg.connect(derived_season.database.conninfo, autocommit=True, row_factory=dict_row) as connection:
        found = connection.execute(
            """
            select event_id, race_id, racer_id, racer_name, class_name, track_slug, practice_date, best_lap
            from analytics.sessions where best_lap is not null order by start_time, race_id
            """
        ).fetchall()
    count = Counter(each["event_id"] for each in found)
    return sorted(found, key=lambda each: (-count[each["event_id"]], str(each["event_id"])))


@pytest.fixture
def rivals(sessions: Sessions) -> Sessions:
    """Two sessions of two racers of a day in a class."""
    for first in sessions:
        for second in sessions:
            same = all(first[name] == second[name] for name in ("event_id", "class_name"))
            if same and first["racer_id"] != second["racer_id"]:
                return [first, second]
    raise LookupError("two racers in a class")


def test_the_steps_lead_to_two_sessions(html_client: httpx.Client, sessions: Sessions) -> None:
    start = page_of(html_client.get("/compare"))
    assert sorted(start.css("select[name=track] option::attr(value)").getall()) == sorted(
        track.slug for track in SEASON.tracks
    )
    slug, day = sessions[0]["track_slug"], f"{sessions[0]['event_id']}"
    of_track = page_of(html_client.get("/compare", params={"track": slug}))
    stored = exact(html_client.get(f"{API}/practice-days/search", params={"track_slug": slug}))["practice_days"]
    assert of_track.css("select[name=day] option::attr(value)").getall() == [each["event_id"] for each in stored]
    of_day = page_of(html_client.get("/compare", params={"day": day}))
    own = [each for each in sessions if f"{each['event_id']}" == day]
    for name in "ab":
        racers = of_day.css(f"select[name={name}] > option::attr(value)").getall()
        assert set(racers) >= {f"{each['racer_id']}" for each in own}
        races = of_day.css(f"select[name={name}] optgroup option::attr(value)").getall()
        assert set(races) >= {f"{each['race_id']}" for each in own}


def test_a_session_is_compared_with_one_of_the_same_or_of_another_day(
    html_client: httpx.Client, sessions: Sessions
) -> None:
    chosen, other = sessions[0], sessions[-1]
    race = f"{chosen['race_id']}"
    same_day = page_of(html_client.get("/compare", params={"a": race}))
    assert set(same_day.css("input[name=a]::attr(value)").getall()) == {race}
    assert race in same_day.css("select[name=b] option::attr(value)").getall()
    of_track = page_of(html_client.get("/compare", params={"a": race, "track": other["track_slug"]}))
    assert f"{other['event_id']}" in of_track.css("select[name=other_day] option::attr(value)").getall()
    other_day = page_of(html_client.get("/compare", params={"a": race, "other_day": f"{other['event_id']}"}))
    assert f"{other['race_id']}" in other_day.css("select[name=b] option::attr(value)").getall()
    assert set(other_day.css("input[name=a]::attr(value)").getall()) == {race}


def test_two_sessions_are_compared_lap_by_lap(html_client: httpx.Client, rivals: Sessions) -> None:
    first, second = (exact(html_client.get(f"{API}/sessions/{each['race_id']}")) for each in rivals)
    page = page_of(html_client.get("/compare", params={"a": first["race_id"], "b": second["race_id"]}))
    ours, theirs = (
        {lap["lap_number"]: (lap["lap_time_seconds"], lap["elapsed_race_time"]) for lap in each["lap_list"]}
        for each in (first, second)
    )
    numbers = sorted(ours.keys() | theirs.keys())
    assert texts(page, ".laps tbody th") == [f"{number}" for number in numbers]
    for column, laps in ((2, ours), (3, theirs)):
        shown = texts(page, f".laps tbody td:nth-child({column})")
        assert [each.split()[0] if each else "" for each in shown] == [
            f"{laps[number][0]}" if number in laps else "" for number in numbers
        ]
    for column, which in ((4, 0), (5, 1)):
        assert texts(page, f".laps tbody td:nth-child({column})") == [
            gap(theirs[number][which] - ours[number][which]) if number in ours and number in theirs else ""
            for number in numbers
        ]
    assert len(texts(page, ".laps .fastest")) == 2
    assert not texts(page, ".early")
    assert page.css("#comparison use")


def test_doubtful_comparisons_are_made_and_doubted(html_client: httpx.Client, sessions: Sessions) -> None:
    first = sessions[0]
    same = page_of(html_client.get("/compare", params={"a": f"{first['race_id']}", "b": f"{first['race_id']}"}))
    assert texts(same, ".early") == ["This is the same session twice."]
    far = next(each for each in sessions if each["track_slug"] != first["track_slug"])
    page = page_of(html_client.get("/compare", params={"a": f"{first['race_id']}", "b": f"{far['race_id']}"}))
    assert "The sessions are of different tracks" in texts(page, ".early")[0]


def test_two_racers_are_compared_by_their_best_sessions(
    html_client: httpx.Client, sessions: Sessions, rivals: Sessions
) -> None:
    day = f"{rivals[0]['event_id']}"
    racers = [f"{each['racer_id']}" for each in rivals]
    page = page_of(html_client.get("/compare", params={"day": day, "a": racers[0], "b": racers[1]}))
    shown = page.css("thead a::attr(href)").getall()
    best = {f"/sessions/{each['race_id']}": each for each in sessions if f"{each['event_id']}" == day}
    assert [f"{best[link]['racer_id']}" for link in shown] == racers
    for link in shown:
        own = [each for each in best.values() if each["racer_id"] == best[link]["racer_id"]]
        in_class = [each["best_lap"] for each in own if each["class_name"] == best[link]["class_name"]]
        assert best[link]["best_lap"] == min(in_class)
    assert len({best[link]["class_name"] for link in shown}) == 1
    assert texts(page, "h2")[:2] == ["The day", "The best session of each"]
    for name, link in zip("ab", shown, strict=True):
        assert f"/sessions/{page.css(f'select[name={name}] [selected]::attr(value)').get()}" == link
    alone = page_of(html_client.get("/compare", params={"day": day, "a": racers[0], "b": racers[0]}))
    assert texts(alone, ".early") == ["This is the same session twice."]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        (f"a={NOBODY}", 404, "No session has this id"),
        (f"a={NOBODY}&b={NOBODY}", 404, "No session has this id"),
        (f"day={NOBODY}", 404, "This day is not stored."),
        (f"day={NOBODY}&a={NOBODY}&b={NOBODY}", 404, "This day is not stored."),
        ("track=nowhere", 404, "No practice day of this track is stored"),
        ("a=1", 422, "This address or form cannot be read."),
    ],
)
def test_what_is_unknown_is_a_problem_in_words(html_client: httpx.Client, query: str, status: int, words: str) -> None:
    assert words in page_of(html_client.get(f"/compare?{query}"), status=status).get()


def test_a_racer_without_a_session_on_the_day_is_a_problem(html_client: httpx.Client, rivals: Sessions) -> None:
    params = {"day": f"{rivals[0]['event_id']}", "a": f"{rivals[0]['racer_id']}", "b": NOBODY}
    page = page_of(html_client.get("/compare", params=params), status=404)
    assert "One of the two has no session on this day" in page.get()
