"""The models for people, each compared with what the sample season knows: people, leaderboards, days, stints, laps."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from scraper.database import Database
from scraper.sample_site import analytics_truth
from scraper.sample_site.natural_keys import Row
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.commands_runner import Commands

Rows = Callable[[str], list[dict[str, Any]]]

SEASON = Season.generate()
DRIVEN = analytics_truth.driven_sessions(SEASON.days())


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    """The season, crawled and derived."""
    commands = Commands(shared_database, dbt_artifacts)
    tracks = " ".join(track.slug for track in SEASON.tracks)
    with SampleSite(SEASON) as site:
        commands.succeed("crawl", LIVERC_BASE_URL=site.base_url, TRACK=tracks, FROM="2025-08-01", TO="2025-10-31")
    commands.succeed("transform")
    return commands


@pytest.fixture
def rows(commands: Commands) -> Iterator[Rows]:
    """What a query finds."""
    with psycopg.connect(commands.database.conninfo, row_factory=dict_row, autocommit=True) as connection:
        yield lambda query: connection.execute(query.encode()).fetchall()


@pytest.fixture
def racers(rows: Rows) -> dict[Any, str]:
    """The season's word for each racer_id."""
    by_session = {str(each.session.session_id): each.racer for each in DRIVEN}
    return {row["racer_id"]: by_session[row["session_id"]] for row in rows("select * from analytics.sessions")}


def as_told(rows: list[dict[str, Any]], expected: list[Row], racers: dict[Any, str]) -> list[Row]:
    """Of the rows what the truth tells, racers and people by the season's word for them."""
    named = [{**row, "racer": racers.get(row.get("racer_id")), "person": racers.get(row["person_id"])} for row in rows]
    return [{name: row[name] for name in expected[0]} for row in named]


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=repr)


def test_every_session_has_the_person_who_drove_it(rows: Rows) -> None:
    expected = {str(each.session.session_id): each.person for each in DRIVEN}
    found = {row["session_id"]: row["person_id"] for row in rows("select * from analytics.sessions")}
    assert found.keys() == expected.keys()
    pairs = {(expected[session_id], person_id) for session_id, person_id in found.items()}
    assert len(pairs) == len({person for person, _ in pairs}) == len({person_id for _, person_id in pairs})
    assert (None, None) in pairs
    # Nobody is taken for another one: what the pages hide, the season knows.
    real = {(each.person, each.session.person) for each in DRIVEN if each.person and each.session.person}
    assert len({person for person, _ in real}) == len(real)


@pytest.mark.parametrize(
    ("model", "truth"),
    [
        ("sessions", analytics_truth.session_rows),
        ("class_leaderboard", analytics_truth.leaderboard_rows),
        ("driver_days", analytics_truth.driver_day_rows),
        ("stints", analytics_truth.stint_rows),
        ("lap_flags", analytics_truth.lap_flag_rows),
    ],
)
def test_a_model_is_what_the_season_knows(
    rows: Rows,
    racers: dict[Any, str],
    model: str,
    truth: Callable[[list[analytics_truth.Driven]], list[Row]],
) -> None:
    expected = truth(DRIVEN)
    found = as_told(rows(f"select * from analytics.{model}"), expected, racers)
    assert in_order(found) == in_order(expected)


def test_records_are_what_the_season_knows(rows: Rows, racers: dict[Any, str]) -> None:
    expected = analytics_truth.record_rows(DRIVEN)
    found = as_told(rows("select * from analytics.class_records"), expected, racers)
    assert in_order(found) == in_order(expected)


def test_activity_is_what_the_season_knows(rows: Rows) -> None:
    expected = analytics_truth.activity_rows(DRIVEN)
    assert in_order(rows("select * from analytics.track_activity")) == in_order(expected)


def test_every_day_adds_up_and_every_session_is_that_of_its_valid_laps(
    rows: Rows,
) -> None:
    assert rows("select verdict, count(*) from analytics.day_reconciliation group by verdict") == [
        {"verdict": "complete", "count": len(list(SEASON.days()))}
    ]
    fits = rows("select fits, invalid_lap_count > 0 as has_invalid from analytics.session_reconciliation")
    assert {"fits": "valid laps", "has_invalid": True} in fits
    assert {row["fits"] for row in fits} == {"valid laps", "both"}


def test_readers_see_every_model(commands: Commands) -> None:
    with psycopg.connect(commands.database.conninfo) as connection:
        models = connection.execute(
            "select relname from pg_class where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v')"
        ).fetchall()
        connection.execute("set role practice_reader")
        for (model,) in models:
            assert connection.execute(f"select count(*) from analytics.{model}".encode()).fetchone() != (0,), model


@pytest.mark.parametrize("model", ["sessions", "class_leaderboard", "driver_days", "stints", "lap_flags"])
@pytest.mark.parametrize("by", ["track and day", "array of days"])
def test_a_question_about_a_day_reads_no_laps_but_that_days(commands: Commands, model: str, by: str) -> None:
    day = next(day for day in SEASON.days() if day.track.slug == "wattlegrove")
    condition = {
        "track and day": f"track_slug = '{day.track.slug}' and practice_date = '{day.date}'",
        "array of days": "event_id = any(array(select id from racing.events where source_event_id"
        f" = '{day.track.slug}-practice-{day.date}'))",
    }[by]
    with psycopg.connect(commands.database.conninfo) as connection:
        # On few rows PostgreSQL would rather read all of them: it shall show what it can do.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(f"set local enable_{way} = off".encode())
        explained = f"explain (analyze, format json) select * from analytics.{model} where {condition}"
        (plan,) = connection.execute(explained.encode()).fetchone() or ([],)
    # lap_flags reads them for the flags and for the sessions' figures.
    times = 2 if model == "lap_flags" else 1
    least, most = laps_read(plan[0]["Plan"])
    assert least <= times * sum(len(session.laps) for session in day.sessions) <= most


def laps_read(plan: dict[str, Any]) -> tuple[float, float]:
    """How many rows of `laps` the plan has read over all loops, at least and at most.

    PostgreSQL prints the mean of the loops, before version 18 as a whole number.
    """
    parts = [laps_read(part) for part in plan.get("Plans", [])]
    if plan.get("Relation Name") == "laps":
        rows, loops = plan["Actual Rows"], plan["Actual Loops"]
        parts.append(((rows - 0.5) * loops, (rows + 0.5) * loops))
    return sum(least for least, _ in parts), sum(most for _, most in parts)
