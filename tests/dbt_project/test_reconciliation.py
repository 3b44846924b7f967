"""Days that do not add up: each damaged figure is named, by the run and by `make status`, and nothing else is."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from scraper.database import Database
from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from scraper.sample_site.session_statistics import SessionStatistics
from tests.commands_runner import Commands
from tests.dbt_project.raw_pages import DayList, listed, store

SEASON = Season.generate(tracks=1, days=12)
TRACK = SEASON.tracks[0].slug
DAYS = list(SEASON.days())
# What is done to the payload of a day's list, and the figure that is then named.
DAMAGES = {
    "laps": "jsonb_set(payload, '{stats,total_laps}', '\"9999\"')",
    "track time": "jsonb_set(payload, '{stats,total_track_time}', '\"23 hours, 1 second\"')",
    "drivers": "jsonb_set(payload, '{stats,unique_drivers}', '\"99\"')",
    "classes": "jsonb_set(payload, '{stats,unique_classes}', '\"99\"')",
    "first start": "jsonb_set(payload, '{stats,first_session}', '\"1:02:03am\"')",
    "last start": "jsonb_set(payload, '{stats,last_session}', '\"11:59:59pm\"')",
    "best lap": "jsonb_set(payload, '{leaderboard,0,time}', '\"1.234\"')",
    "best lap of": "jsonb_set(payload, '{leaderboard,1,time}', '\"1.234\"')",
    "laps of": "jsonb_set(payload, '{laps_by_class,0,laps}', '\"9999\"')",
}
NEW_VERSION = """
insert into raw.practice_lists (track_slug, practice_date, payload, content_hash, url, parser_version, crawl_id)
select track_slug, practice_date, {payload}, 'damaged', url, parser_version, crawl_id
from raw.practice_lists where practice_date = %s
"""
OTHER_FIGURE = """
insert into raw.practice_sessions (track_slug, session_id, payload, content_hash, url, parser_version, crawl_id)
select
    track_slug, session_id, jsonb_set(payload, '{std_deviation}', '"77.777"'), 'damaged', url, parser_version, crawl_id
from raw.practice_sessions where session_id = %s
"""
DAMAGED_SESSION = next(
    session for session in DAYS[-1].sessions if SessionStatistics.of(session).std_deviation is not None
)
UNTOUCHED = DAYS[len(DAMAGES)]
"""A day whose list nothing is done to."""
EMPTY = DayList([], date(2025, 10, 25))


def day_of(damage: str) -> Day:
    """Each damage has a day of its own."""
    return DAYS[list(DAMAGES).index(damage)]


@dataclass(frozen=True)
class Found:
    """What stands after the transform, and what it and `make status` have said."""

    transform: str
    status: str
    days: dict[tuple[str, date], dict[str, Any]]
    other_sessions: list[dict[str, Any]]


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture(scope="module")
def found(commands: Commands) -> Found:
    """A season with damaged days, a day without sessions, and one of whose session pages one is missing."""
    asked = {"TRACK": TRACK, "FROM": str(DAYS[0].date), "TO": str(DAYS[-1].date)}
    with SampleSite(SEASON) as site:
        commands.succeed("crawl", LIVERC_BASE_URL=site.base_url, **asked)
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        for damage, payload in DAMAGES.items():
            connection.execute(NEW_VERSION.format(payload=payload).encode(), [day_of(damage).date])
        connection.execute(OTHER_FIGURE, [str(DAMAGED_SESSION.session_id)])
        missing = str(UNTOUCHED.sessions[0].session_id)
        connection.execute("delete from raw.practice_sessions where session_id = %s", [missing])
        store(connection, "empty", EMPTY)
    transform = commands.succeed("transform")
    with psycopg.connect(commands.database.conninfo, row_factory=dict_row) as connection:
        days = connection.execute("select * from analytics.day_reconciliation").fetchall()
        other = connection.execute("select * from analytics.session_reconciliation where fits = 'neither'").fetchall()
    by_day = {(row["track_slug"], row["practice_date"]): row for row in days}
    return Found(transform, commands.run("status").stdout, by_day, other)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_figure_is_named_alone(found: Found, damage: str) -> None:
    day = found.days[TRACK, day_of(damage).date]
    assert day["verdict"] == "differs"
    [difference] = day["differences"]
    assert re.fullmatch(f"{damage} .+ by the site and .+ by us", difference)
    for said in (found.transform, found.status):
        assert f"differs  {TRACK} {day['practice_date']}: {difference}\n" in said


def test_the_difference_is_ours_minus_the_sites(found: Found) -> None:
    day = found.days[TRACK, day_of("laps").date]
    laps = sum(len(session.laps) for session in day_of("laps").sessions)
    assert (day["site_laps"], day["our_laps"], day["laps_difference"]) == (9999, laps, laps - 9999)
    assert day["drivers_difference"] == day["classes_difference"] == day["best_lap_difference"] == 0


def test_other_days_are_complete_or_partial_and_not_named(found: Found) -> None:
    damaged = {(TRACK, day_of(damage).date) for damage in DAMAGES}
    verdicts = {key: row["verdict"] for key, row in found.days.items() if key not in damaged}
    assert verdicts.pop((TRACK, UNTOUCHED.date)) == "partial"
    assert verdicts[("empty", EMPTY.practice_date)] == "complete"
    assert set(verdicts.values()) == {"complete"}
    assert found.transform.count("differs  ") == found.status.count("differs  ") == len(DAMAGES)
    warning = f"  warning  {len(DAMAGES)} times: Days whose figures are not those that the site prints for them."
    assert warning in found.transform


def test_a_session_whose_figure_fits_no_laps_is_flagged(found: Found) -> None:
    assert "  warning  1 times: Sessions whose printed figures are neither those of their valid laps" in found.transform
    [session] = found.other_sessions
    assert session["session_id"] == str(DAMAGED_SESSION.session_id)
    assert session["not_of_valid_laps"] == ["std_deviation"]


@pytest.mark.usefixtures("found")
def test_the_next_run_writes_the_days_that_have_changed(commands: Commands) -> None:
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        restored = NEW_VERSION.format(payload="payload").encode() + b" order by load_id limit 1"
        connection.execute(restored, [day_of("laps").date])
        versions = "select event_id, xmin::text from analytics.day_reconciliation"
        before: dict[UUID, str] = dict(connection.execute(versions).fetchall())
        assert "differs" not in commands.succeed("transform")
        after: dict[UUID, str] = dict(connection.execute(versions).fetchall())
    assert len([day for day in before if before[day] != after[day]]) == 1


def test_a_figure_that_the_page_does_not_print_is_not_compared(commands: Commands) -> None:
    rows = [listed(1), listed(2, laps="0", length="0:00", fast="", avg="")]
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        store(connection, "no-totals", DayList(rows))
        connection.execute(
            "update raw.practice_lists set payload = payload #- '{stats}' where track_slug = 'no-totals'"
        )
        said = commands.succeed("transform")
        days = connection.execute(
            "select verdict, sessions, our_laps, our_best_lap::text, site_laps from analytics.day_reconciliation"
            " where track_slug = 'no-totals'"
        ).fetchall()
    assert days == [("partial", 2, 2, "35.000", None)]
    assert "differs  no-totals" not in said
