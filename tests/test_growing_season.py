"""A season that is not whole yet: a short list, a day uploaded late, a figure not understood, an unreadable layout."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from scraper.database.connection import Database
from scraper.sample_site.practice import Session
from scraper.sample_site.season import Season
from tests.expected.analytics.reconciliation import day_rows
from tests.expected.analytics.session_facts import session_facts
from tests.expected.racing import expected_rows
from tests.support.commands_runner import Commands
from tests.support.crawling import LET_PAUSES_PASS
from tests.support.faults import Fault, FaultySite, Rewrite
from tests.support.final_schema import WHEN_WRITTEN, by_key, differences, final_rows

SEASON = Season.generate()
LATE, SHORT = ("wattlegrove", date(2025, 10, 11)), ("wattlegrove", date(2025, 10, 18))
UNCLEAR, CHANGED = ("Iron-Range", date(2025, 9, 27)), ("saltbushflat", date(2025, 9, 28))
TrackDay = tuple[str, date]
DAYS = (LATE, SHORT, UNCLEAR, CHANGED)
CRAWLS = (
    {"TRACK": "wattlegrove", "FROM": f"{LATE[1]}", "TO": f"{SHORT[1]}"},
    {"TRACK": UNCLEAR[0], "DATE": f"{UNCLEAR[1]}"},
    {"TRACK": CHANGED[0], "DATE": f"{CHANGED[1]}"},
)
FAULTS = (
    Fault(f"{UNCLEAR[0]}/.*session_list", Rewrite(lambda html: html.replace("<td>1,223</td>", "<td>1.2k</td>"))),
    Fault(f"{CHANGED[0]}/.*view_session", Rewrite(lambda html: html.replace("Num Laps", "Laps"))),
)


@dataclass(frozen=True)
class Evening:
    """What the commands said, and what the tables hold, after crawls on one evening."""

    crawls: list[tuple[int, str]]
    requested: list[list[str]]
    transform: str
    status: tuple[int, str]
    report: str
    reconciled: dict[TrackDay, dict[str, Any]]
    outcomes: set[str]
    racing: dict[str, dict[Any, Any]]


@pytest.fixture(scope="module")
def site() -> Iterator[FaultySite]:
    with FaultySite(SEASON) as site:
        yield site


@pytest.fixture(scope="module")
def evenings(
    site: FaultySite, shared_database: Database, dbt_artifacts: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Evening, Evening]:
    """The evening of the short list, with the faults; and that of the late upload, without faults."""
    commands, page = Commands(shared_database, dbt_artifacts), tmp_path_factory.mktemp("reports") / "day.html"
    site.season, site.faults = SEASON.as_of(SHORT[1]), FAULTS
    first = evening(commands, site, page)
    site.season, site.faults = SEASON.as_of(date(2025, 10, 19)), ()
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        connection.execute(LET_PAUSES_PASS)
    return first, evening(commands, site, page)


def evening(commands: Commands, site: FaultySite, page: Path) -> Evening:
    crawls, requested = [], []
    for arguments in CRAWLS:
        before = len(site.requests)
        done = commands.run("crawl", LIVERC_BASE_URL=site.base_url, **arguments)
        crawls.append((done.returncode, done.stdout + done.stderr))
        requested.append([request.path for request in site.requests[before:]])
    transform = commands.succeed("transform")
    status = commands.run("status", LIVERC_BASE_URL=site.base_url)
    commands.succeed("report", TRACK=UNCLEAR[0], DATE=f"{UNCLEAR[1]}", OUT=f"{page}")
    with psycopg.connect(commands.database.conninfo, row_factory=dict_row) as connection:
        rows = connection.execute("select * from analytics.day_reconciliation").fetchall()
        figures = connection.execute("select distinct outcome from intermediate.int_reconciliation__figures").fetchall()
    return Evening(
        crawls,
        requested,
        transform,
        (status.returncode, status.stdout),
        page.read_text(encoding="utf-8"),
        {(row["track_slug"], row["practice_date"]): row for row in rows},
        {row["outcome"] for row in figures},
        final_rows(commands.database, WHEN_WRITTEN | {"last_ingested_at"}),
    )


def expected_of(season: Season, day: TrackDay) -> dict[str, Any]:
    (row,) = day_rows(session_facts([season.day(*day)]))
    return row


def session_paths(track: str, sessions: Iterable[Session]) -> list[str]:
    return sorted(f"/{track}/practice/?p=view_session&id={each.session_id}" for each in sessions)


def test_a_short_list_is_named_everywhere_and_read_again(evenings: tuple[Evening, Evening]) -> None:
    first, second = evenings
    assert first.reconciled[SHORT] == expected_of(SEASON.as_of(SHORT[1]), SHORT)
    difference = f"differs  wattlegrove {SHORT[1]}: sessions 22 by the month page and 20 by us\n"
    assert f"wattlegrove {SHORT[1]} lists 20 sessions, its month page shows 22" in first.crawls[0][1]
    assert difference in first.transform
    assert difference in first.status[1]
    assert f"missing: sessions of 1 day (wattlegrove {SHORT[1]})" in first.status[1]
    unlisted = SEASON.day(*SHORT).sessions[-2:]
    assert set(session_paths("wattlegrove", unlisted)) <= set(second.requested[0])
    assert second.reconciled[SHORT] == expected_of(SEASON, SHORT)


def test_a_short_day_is_partial_and_has_the_rows_of_its_list(
    evenings: tuple[Evening, Evening], site: FaultySite
) -> None:
    short = expected_rows(SEASON.as_of(SHORT[1]), site.base_url, [SHORT])
    assert [row["ingest_depth"] for row in short["events"]] == ["partial"]
    for table in ("events", "races", "race_results", "laps"):
        expected = by_key(table, short[table])
        found = {key: row for key, row in evenings[0].racing[table].items() if key in expected}
        assert differences({table: found}, {table: expected}) == []


def test_figures_have_every_outcome(evenings: tuple[Evening, Evening]) -> None:
    assert [each.outcomes for each in evenings] == [
        {"equal", "not_printed", "differs", "not_understood"},
        {"equal", "not_printed"},
    ]


def test_status_names_only_days_that_lack_session_pages_for_them(evenings: tuple[Evening, Evening]) -> None:
    exit_status, said = evenings[0].status
    assert exit_status == 1
    assert f"missing: session pages of 1 day of saltbushflat ({CHANGED[1]}); " in said


def test_a_late_day_costs_its_own_pages_and_those_of_the_short_list(evenings: tuple[Evening, Evening]) -> None:
    assert LATE not in evenings[0].reconciled
    pages = [
        "/robots.txt",
        "/wattlegrove/practice/?p=calendar&d=2025-10",
        f"/wattlegrove/practice/?p=session_list&d={LATE[1]}",
        f"/wattlegrove/practice/?p=session_list&d={SHORT[1]}",
        *session_paths("wattlegrove", [*SEASON.day(*LATE).sessions, *SEASON.day(*SHORT).sessions[-2:]]),
    ]
    assert sorted(evenings[1].requested[0]) == sorted(pages)


def test_a_figure_that_is_not_understood_is_named_and_read_with_its_thousands(
    evenings: tuple[Evening, Evening],
) -> None:
    first, second = evenings
    day = first.reconciled[UNCLEAR]
    assert (day["verdict"], day["not_understood"], day["site_laps"], day["our_laps"]) == (
        "not_understood",
        ['laps "1.2k"'],
        None,
        1223,
    )
    named = f'not understood  Iron-Range {UNCLEAR[1]}: laps "1.2k"\n'
    assert named in first.transform
    assert named in first.status[1]
    assert "1.2k" in first.report
    # Its crawls asked for the day alone, so there is no month page.
    without_month = {"site_sessions": None, "sessions_difference": None, "not_printed": ["sessions"]}
    assert second.reconciled[UNCLEAR] == expected_of(SEASON, UNCLEAR) | without_month
    assert second.reconciled[UNCLEAR]["site_laps"] == 1223


def test_a_changed_layout_costs_three_requests_and_ends_the_crawl_with_status_1(
    evenings: tuple[Evening, Evening],
) -> None:
    first, second = evenings
    exit_status, said = first.crawls[2]
    assert exit_status == 1
    assert "crawl: the layout of session pages at saltbushflat seems to have changed: 3 of 3 could not be read" in said
    assert sum("view_session" in path for path in first.requested[2]) == 3
    assert "missing: session pages of saltbushflat: the last 3 could not be read" in first.status[1]
    assert second.crawls[2][0] == 0
    pages = sorted(path for path in second.requested[2] if "view_session" in path)
    assert pages == session_paths("saltbushflat", SEASON.day(*CHANGED).sessions)


def test_in_the_end_the_days_are_those_of_the_whole_season(evenings: tuple[Evening, Evening], site: FaultySite) -> None:
    whole = expected_rows(SEASON, site.base_url, DAYS)
    assert differences(evenings[1].racing, {table: by_key(table, rows) for table, rows in whole.items()}) == []
    assert evenings[1].status[0] == 0
