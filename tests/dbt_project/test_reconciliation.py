"""The transform and `make status` name each figure that differs from the site's, and no other."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from scraper.database.connection import Database
from scraper.sample_site.server import SampleSite
from scraper.sample_site.statistics import SessionStatistics
from tests.dbt_project.damaged_days import (
    DAMAGES,
    DAYS,
    DRIVEN,
    INTACT_CLASSES,
    INTACT_DAYS,
    RENAMED,
    RENAMING,
    SEASON,
    TOLERATED,
    TRACK,
    UNTOUCHED,
    Row,
    damaged_class,
    damaged_day,
    day_of,
    first_class,
    renamed_classes,
)
from tests.dbt_project.raw_pages import DayList, listed, store
from tests.dbt_project.replay import Recording
from tests.expected.analytics import EXPECTED
from tests.expected.natural_keys import event_id
from tests.support.commands_runner import Commands

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
EMPTY = DayList([], date(2025, 10, 25))


@dataclass(frozen=True)
class Found:
    """The rows after the transform, and the output of the transform and of `make status`."""

    transform: str
    status: str
    days: dict[tuple[str, date], Row]
    classes: list[Row]
    sessions: dict[str, Row]


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture(scope="module")
def found(commands: Commands) -> Found:
    """A season with damaged days, a day without sessions, and a day with one missing session page."""
    arguments = {"TRACK": TRACK, "FROM": str(DAYS[0].date), "TO": str(DAYS[-1].date)}
    with SampleSite(SEASON) as site:
        commands.succeed("crawl", LIVERC_BASE_URL=site.base_url, **arguments)
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        for name, damage in DAMAGES.items():
            connection.execute(NEW_VERSION.format(payload=damage.payload).encode(), [day_of(name).date])
        for other, day in ((RENAMING, RENAMED), (TOLERATED, DAYS[-1])):
            connection.execute(NEW_VERSION.format(payload=other.payload).encode(), [day.date])
        connection.execute(OTHER_FIGURE, [str(DAMAGED_SESSION.session_id)])
        missing = str(UNTOUCHED.sessions[0].session_id)
        connection.execute("delete from raw.practice_sessions where session_id = %s", [missing])
        store(connection, "empty", EMPTY)
    transform = commands.succeed("transform")
    with psycopg.connect(commands.database.conninfo, row_factory=dict_row) as connection:
        days, classes, sessions = (
            connection.execute(f"select * from analytics.{model}_reconciliation".encode()).fetchall()
            for model in ("day", "class", "session")
        )
    by_day = {(row["track_slug"], row["practice_date"]): row for row in days}
    by_session = {row["session_id"]: row for row in sessions}
    return Found(transform, commands.run("status").stdout, by_day, classes, by_session)


@pytest.mark.parametrize("damage", DAMAGES)
def test_only_the_damaged_figure_is_named(found: Found, damage: str) -> None:
    day = found.days[TRACK, day_of(damage).date]
    assert day == damaged_day(damage)
    [difference] = day["differences"]
    for output in (found.transform, found.status):
        assert f"differs  {TRACK} {day['practice_date']}: {difference}\n" in output


def test_a_class_on_one_side_only_is_named(found: Found) -> None:
    ours = INTACT_CLASSES[event_id(RENAMED), first_class(RENAMED)]["our_laps"]
    assert found.days[TRACK, RENAMED.date] == {
        **INTACT_DAYS[event_id(RENAMED),],
        "verdict": "differs",
        "differences": [
            f"laps of {first_class(RENAMED)} 0 by the site and {ours} by us",
            f"laps of {RENAMING.text} {ours} by the site and 0 by us",
        ],
    }


def test_class_figures_of_both_sides(found: Found) -> None:
    changed = [damaged_class("best lap of"), damaged_class("laps of"), *renamed_classes()]
    expected = {**INTACT_CLASSES, **{(row["event_id"], row["class_name"]): row for row in changed}}
    assert {(row["event_id"], row["class_name"]): row for row in found.classes} == expected


def test_undamaged_days_are_complete_or_partial(found: Found) -> None:
    damaged = {(TRACK, day.date) for day in (*map(day_of, DAMAGES), RENAMED)}
    others = {key: row for key, row in found.days.items() if key not in damaged}
    empty = others.pop(("empty", EMPTY.practice_date))
    ours = {"sessions": 0, "missing_sessions": 0, "our_laps": 0, "our_drivers": 0, "our_classes": 0}
    day = {column: empty[column] for column in ("event_id", "track_slug", "practice_date")}
    assert empty == dict.fromkeys(empty) | day | ours | {
        "differences": [],
        "explained_differences": [],
        "not_printed": ["sessions", "laps", "drivers", "classes"],
        "not_understood": [],
        "verdict": "complete",
    }
    partial = INTACT_DAYS[event_id(UNTOUCHED),]
    # For the missing session only the printed length is known, in whole seconds.
    missing = UNTOUCHED.sessions[0]
    rounded_by = Decimal(1000 * missing.length_seconds - missing.length_ms) / 1000
    expected = {(row["track_slug"], row["practice_date"]): row for row in INTACT_DAYS.values()}
    expected[TRACK, UNTOUCHED.date] = {
        **partial,
        "verdict": "partial",
        "our_track_time_seconds": partial["our_track_time_seconds"] + rounded_by,
        "track_time_difference": partial["track_time_difference"] + rounded_by,
    }
    last = expected[TRACK, DAYS[-1].date]
    figures = f"{TOLERATED.figure} by the site and {last['our_track_time_seconds']} by us"
    expected[TRACK, DAYS[-1].date] = {
        **last,
        "site_track_time_seconds": TOLERATED.figure,
        "track_time_difference": last["our_track_time_seconds"] - TOLERATED.figure,
        "explained_differences": [f"track time {figures}: the site rounds the length of each session"],
    }
    assert others == {key: row for key, row in expected.items() if key not in damaged}
    assert found.transform.count("differs  ") == found.status.count("differs  ") == len(damaged)
    warning = f"  warning  {len(damaged)} times: Days with a figure that differs from the site's"
    assert warning in found.transform


def test_a_session_figure_that_no_laps_reproduce_is_reported(found: Found) -> None:
    assert "  warning  1 time: Sessions whose printed figures match neither their valid laps" in found.transform
    expected = {row["session_id"]: row for row in EXPECTED["session_reconciliation"](DRIVEN)}
    del expected[str(UNTOUCHED.sessions[0].session_id)]
    damaged = str(DAMAGED_SESSION.session_id)
    expected[damaged] = {
        **expected[damaged],
        "site_std_deviation": Decimal("77.777"),
        "mismatches_valid_laps": ["std_deviation"],
        "mismatches_all_laps": ["std_deviation"],
        "matching_laps": "neither",
    }
    assert found.sessions == expected


@pytest.mark.usefixtures("found")
def test_a_session_without_its_page_has_the_figures_of_the_list(commands: Commands) -> None:
    missing = UNTOUCHED.sessions[0]
    [expected] = [row for row in EXPECTED["sessions"](DRIVEN) if row["session_id"] == str(missing.session_id)]
    lap_figures = (
        "valid_laps",
        "left_out_laps",
        "best_lap_number",
        "best_lap_at",
        "best_3_consecutive",
        "best_5_consecutive",
    )
    with psycopg.connect(commands.database.conninfo, row_factory=dict_row) as connection:
        query = "select * from analytics.sessions where session_id = %s"
        found = connection.execute(query, [str(missing.session_id)]).fetchone()
    assert found == {
        **expected,
        **dict.fromkeys((*lap_figures, "std_deviation", "consistency")),
        "detail_status": "list_only",
        "time_on_track_seconds": missing.length_seconds,
        "end_time": missing.started_at + timedelta(seconds=missing.length_seconds),
    }


@pytest.mark.usefixtures("found")
def test_the_next_run_writes_only_changed_days(commands: Commands, recording: Recording) -> None:
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        restored = NEW_VERSION.format(payload="payload").encode() + b" order by load_id limit 1"
        connection.execute(restored, [day_of("laps").date])
        versions = "select event_id, xmin::text from analytics.day_reconciliation"
        before: dict[UUID, str] = dict(connection.execute(versions).fetchall())
        recording.transform(commands.database)
        after: dict[UUID, str] = dict(connection.execute(versions).fetchall())
        verdict = "select verdict from analytics.day_reconciliation where event_id = %s"
        [day] = [day for day in before if before[day] != after[day]]
        assert connection.execute(verdict, [day]).fetchone() == ("complete",)


def test_a_figure_that_the_page_does_not_print_is_not_compared(commands: Commands, recording: Recording) -> None:
    rows = [listed(1), listed(2, laps="0", length="0:00", fast="", avg="")]
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        store(connection, "no-totals", DayList(rows))
        connection.execute(
            "update raw.practice_lists set payload = payload #- '{stats}' where track_slug = 'no-totals'"
        )
        recording.transform(commands.database)
        days = connection.execute(
            "select verdict, differences, sessions, our_laps, our_best_lap::text, site_laps, not_printed"
            " from analytics.day_reconciliation where track_slug = 'no-totals'"
        ).fetchall()
    not_printed = ["sessions", "laps", "track time", "drivers", "classes", "first start", "last start", "best lap"]
    assert days == [("partial", [], 2, 2, "35.000", None, not_printed)]
