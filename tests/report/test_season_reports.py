"""The report of every day of the sample season: each figure on the page is the expected one."""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import ClientCursor

from scraper.report import queries
from scraper.report.page import render
from scraper.report.practice_day import PracticeDay, find_day, read_day, read_records
from scraper.report.wording import FLAGS
from scraper.sample_site.driver_names import normalized_name
from scraper.sample_site.practice import Day
from tests.expected.analytics.class_days import driver_day_rows, leaderboard_rows
from tests.expected.analytics.lap_flags import lap_flag_rows
from tests.expected.analytics.session_facts import SessionFacts, grouped, session_facts
from tests.expected.analytics.sessions import session_rows
from tests.expected.natural_keys import Row
from tests.report.reading import Report
from tests.support.browser import Browser
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON

DAYS = [day for day in SEASON.days() if day.sessions]
FACTS = session_facts(SEASON.days())
RACERS: dict[object, str] = {each.racer_id: each.racer for each in FACTS}
FULLEST = max(DAYS, key=lambda day: len(day.sessions))
# A value for every parameter of the queries.
PARAMETERS = {
    "track": FULLEST.track.slug,
    "day": FULLEST.date,
    "event_id": "6f1f0f0e-4c8b-5d0e-9a57-0c1d2e3f4a5b",
    "race_result_ids": ["6f1f0f0e-4c8b-5d0e-9a57-0c1d2e3f4a5b"],
}
QUERIES = {name: query for name, query in vars(queries).items() if name.isupper()}
READ = """
select distinct namespaces.nspname || '.' || read.relname
from pg_rewrite as rules
inner join pg_depend as depends on rules.oid = depends.objid and depends.classid = 'pg_rewrite'::regclass
inner join pg_class as read on depends.refobjid = read.oid and depends.refclassid = 'pg_class'::regclass
inner join pg_namespace as namespaces on read.relnamespace = namespaces.oid
where rules.ev_class = 'pg_temp.one_query'::regclass and read.oid != rules.ev_class
"""

ReportOf = Callable[[Day], Report]


@pytest.fixture(scope="module")
def report_of(derived_season: Commands) -> ReportOf:
    """The report of each day."""
    with psycopg.connect(derived_season.database.conninfo) as connection:
        reports = {(day.track.slug, day.date): Report.of(render(read(connection, day))) for day in DAYS}
    return lambda day: reports[day.track.slug, day.date]


def read(connection: psycopg.Connection, day: Day) -> PracticeDay:
    connection.execute("set local role practice_reader")
    head = find_day(connection, day.track.slug, day.date)
    assert head
    return read_day(connection, head, read_records(connection, head.track_slug))


def racer_of(label: str) -> str:
    """The normalized name of a racer on the page; without one, the transponder or session in the label."""
    name, _, distinction = label.partition(" (")
    number = distinction.rstrip(")").removeprefix("transponder ").replace("session ", "practice_session_")
    return normalized_name(name) or number


def known_as(racer: object) -> str:
    """The same as `racer_of`, for a racer's key in the season, such as `Nell Gorsehill of wattlegrove`."""
    name, *track = re.split(r" (?:of|at) (?=\S+$)", str(racer))
    return (normalized_name(name) if track else None) or str(racer)


def of_day(day: Day) -> list[SessionFacts]:
    return [each for each in FACTS if (each.track, each.date) == (day.track.slug, day.date)]


each_day = pytest.mark.parametrize("day", DAYS, ids=lambda day: f"{day.track.slug} {day.date}")


@each_day
def test_leaderboards_are_as_expected(report_of: ReportOf, day: Day) -> None:
    report = report_of(day)
    found = [
        (report.text(f"#{article} > h3"), int(cells[0]), racer_of(cells[1]), cells[2], cells[3], int(cells[6]))
        for article in report.page.css("#classes article::attr(id)").getall()
        for cells in report.table(f"#{article} table.leaderboard")
    ]
    expected = [
        (
            row["class_name"],
            row["position"],
            known_as(RACERS[row["racer_id"]]),
            f"{row['best_lap']:.3f}",
            f"+{row['gap_to_first']:.3f}" if row["gap_to_first"] else "",
            row["sessions"],
        )
        for row in leaderboard_rows(of_day(day))
    ]
    assert sorted(found) == sorted(expected, key=tuple)


@each_day
def test_progress_is_as_expected(report_of: ReportOf, day: Day) -> None:
    rows = report_of(day).table("#racers-table")
    found = {(racer_of(cells[0]), cells[1]): cells[2:5] + cells[6:8] for cells in rows}
    expected = {}
    for row in driver_day_rows(of_day(day)):
        improvement = row["improvement"] or None
        most = " most" if row["is_most_improved"] else ""
        expected[known_as(RACERS[row["racer_id"]]), row["class_name"]] = [
            f"{row['best_lap']:.3f}" if row["best_lap"] is not None else "–",
            f"{improvement:.3f}" if improvement else "",
            f"{row['improvement_percent']:.1f} %{most}" if improvement else "",
            str(row["sessions"]),
            str(row["laps"]),
        ]
    assert found == expected


@each_day
def test_sessions_and_laps_are_as_expected(report_of: ReportOf, day: Day) -> None:
    report = report_of(day)
    rows = {row["session_id"]: row for row in session_rows(of_day(day))}
    flags = {(row["session_id"], row["lap_number"]): str(row["flag"]) for row in lap_flag_rows(of_day(day))}
    by_racer = {known_as(racer): own for (racer,), own in grouped(of_day(day), "racer").items()}
    details = {
        racer_of(report.text(f"[id='{anchor}'] h3")): f"[id='{anchor}']"
        for anchor in report.page.css(".racer::attr(id)").getall()
    }
    assert details.keys() == by_racer.keys()
    for racer, detail in details.items():
        own = by_racer[racer]
        # A racer of several classes has a column for them.
        without_class = slice(2, 3) if len({each.class_name for each in own}) > 1 else slice(0, 0)
        sessions = report.table(f"{detail} > .scroll table")
        for cells in sessions:
            del cells[without_class]
        assert sessions == [session_as_shown(each, rows[str(each.session.session_id)]) for each in own]
        laps = [[cell.removesuffix(" best") for cell in cells[1:]] for cells in report.table(f"{detail} table.laps")]
        most = max(len(each.session.laps) for each in own)
        assert laps == [[lap_as_shown(each, number, flags) for each in own] for number in range(1, most + 1)]


def session_as_shown(facts: SessionFacts, row: Row) -> list[str]:
    invalid = int(str(row["laps"])) - int(str(row["valid_laps"]))
    gain = row["gain_on_previous_best"]
    return [
        str(row["session_of_day"]),
        f"{facts.session.started_at:%H:%M}",
        f"{row['laps']} {invalid} invalid" if invalid else f"{row['laps']}",
        *(seconds(row[name]) for name in ("best_lap", "average_lap")),
        "" if gain is None else f"{gain:+.3f}".replace("-", "−"),
        seconds(row["best_3_consecutive"]),
        "–" if row["consistency"] is None else f"{row['consistency']:.1f} %",
        seconds(row["std_deviation"]),
    ]


def seconds(value: object) -> str:
    return "–" if value is None else f"{value:.3f}"


def lap_as_shown(facts: SessionFacts, number: int, flags: dict[tuple[object, object], str]) -> str:
    if number > len(facts.session.laps):
        return ""
    lap = facts.session.laps[number - 1]
    flag = flags.get((str(facts.session.session_id), number))
    remark = "invalid" if not lap.is_valid else FLAGS[flag] if flag else ""
    return f"{lap.time_ms / 1000:.3f} {remark}".rstrip()


def test_totals_are_as_expected(report_of: ReportOf) -> None:
    report = report_of(FULLEST)
    laps = [lap for session in FULLEST.sessions for lap in session.laps]
    invalid = sum(not lap.is_valid for lap in laps)
    totals = [report.text(f".totals div:nth-child({place}) dd") for place in (1, 2)]
    assert totals == [f"{len(FULLEST.sessions)}", f"{len(laps)} {invalid} invalid"]
    assert "Complete." in report.text(".verdict.complete")


def test_the_fullest_day_has_every_lap_and_session_in_its_charts(
    report_of: ReportOf, browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "day.html"
    page.write_text(report_of(FULLEST).html, encoding="utf-8")
    browser.open(page)
    laps = browser.run("return document.querySelectorAll('[id$=-laps] .plot use').length")
    assert laps == sum(len(session.laps) for session in FULLEST.sessions)
    sessions = browser.run("return document.querySelectorAll('#day-chart .plot use').length")
    assert sessions == sum(each.best is not None for each in of_day(FULLEST))
    assert browser.messages() == []
    assert [url for url in browser.requests() if not url.startswith(("data:", page.as_uri()))] == []


def test_the_exposure_names_what_the_queries_read(derived_season: Commands) -> None:
    manifest = derived_season.manifest()
    (exposure,) = [each for each in manifest["exposures"].values() if each["name"] == "day_report"]
    named = {
        f"{manifest['nodes'][node]['schema']}.{manifest['nodes'][node]['name']}"
        for node in exposure["depends_on"]["nodes"]
    }
    read = set()
    with psycopg.connect(derived_season.database.conninfo, cursor_factory=ClientCursor) as connection:
        for query in QUERIES.values():
            connection.execute(f"create temporary view one_query as {query}".encode(), PARAMETERS)
            read |= {relation for (relation,) in connection.execute(READ).fetchall()}
            connection.execute("drop view one_query")
    assert read == named
