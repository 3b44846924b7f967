"""Days next to the counts of month pages: what the transform, status and the report say, in every order of pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DAY, DayList, listed, store
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands

_MONTH = """
insert into raw.practice_months (track_slug, month, payload, content_hash, url, parser_version, crawl_id, fetched_at)
select %s, '2025-10', %s, md5(random()::text), 'x', 1, min(crawl_id), %s from raw.crawls
"""
_SAME_CRAWL = """
update raw.practice_lists set month_sessions = %s where load_id = (select max(load_id) from raw.practice_lists)
"""
AFTER, DURING = "2025-10-26 12:00+00", "2025-10-26 11:59+00"

Store = Callable[[psycopg.Connection[Any], str], None]
STORIES: dict[str, list[Store]] = {}


def month(sessions: str | None, read_at: str = AFTER, columns: dict[str, str] | None = None, **other: Any) -> Store:
    """A month page that shows so many sessions on the day, or does not show the day."""
    days = [] if sessions is None else [{"date": f"{DAY}", "label": "Sat", "sessions": sessions, **(columns or {})}]

    def put(connection: psycopg.Connection[Any], track: str) -> None:
        connection.execute(_MONTH, [track, json.dumps({"days": days, **other}), read_at])

    return put


def day_list(
    *sessions: int, of_month: int | None = None, of_day: date = DAY, unreadable: tuple[str, ...] = ()
) -> Store:
    """A list of these sessions, read by a crawl whose month page showed so many."""

    def put(connection: psycopg.Connection[Any], track: str) -> None:
        rows = [listed(number, laps="0", length="0:00", fast="", avg="") for number in sessions]
        store(connection, track, DayList(rows, of_day, list(unreadable)))
        connection.execute(_SAME_CRAWL, [of_month])
        connection.execute("update raw.practice_lists set payload = payload - 'stats' where track_slug = %s", [track])

    return put


def list_with_panels(**panels: Any) -> Store:
    """A list of three rows and two sessions, Ana Ruiz's with the best lap, and with these fields of the payload."""

    def put(connection: psycopg.Connection[Any], track: str) -> None:
        rows = [listed(1), listed(2, "Bo Lind", fast="36.000"), listed(2, "Bo Lind", fast="36.000")]
        store(connection, track, DayList(rows))
        connection.execute(
            "update raw.practice_lists set payload = payload - '{stats,leaderboard,laps_by_class}'::text[] || %s"
            " where track_slug = %s",
            [Jsonb(panels), track],
        )

    return put


def story(track: str, *pages: Store) -> str:
    """Pages of one track in the order in which they are stored, each followed by a transform."""
    STORIES[track] = list(pages)
    return track


@dataclass(frozen=True)
class Result:
    """What is said of the day of a track."""

    verdict: str
    site_sessions: int | None
    missing_sessions: int
    differences: list[str]
    not_understood: list[str]
    explained: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Results:
    """Of each story the day after each transform; then the output of status and of verify."""

    after: dict[str, list[Result | None]]
    transform: str
    status: tuple[int, str]
    verified: str


_DAY = """
select verdict, site_sessions, missing_sessions, differences, not_understood, explained_differences
from analytics.day_reconciliation
where track_slug = %s and practice_date = %s
"""


@pytest.fixture(scope="module")
def results(shared_database: Database, dbt_artifacts: Path, recording: Recording) -> Results:
    commands = Commands(shared_database, dbt_artifacts)
    after: dict[str, list[Result | None]] = {track: [] for track in STORIES}
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        connection.execute("insert into raw.crawls (arguments, version) values ('{}', 'test')")
        for step in range(max(map(len, STORIES.values()))):
            for track, pages in STORIES.items():
                if step < len(pages):
                    pages[step](connection, track)
            recording.transform(shared_database)
            for track in STORIES:
                row = connection.execute(_DAY, [track, DAY]).fetchone()
                after[track].append(Result(*row) if row else None)
    verified = commands.succeed("verify")
    transform = commands.succeed("transform", FULL="1")
    status = commands.run("status")
    return Results(after, transform, (status.returncode, status.stdout), verified)


SHORT = story("short", month("2"), day_list(of_month=2))


def test_a_list_with_fewer_sessions_than_its_month_differs_everywhere(results: Results) -> None:
    difference = "sessions 2 by the month page and 0 by us"
    assert results.after[SHORT][1] == Result("differs", 2, 2, [difference], [])
    exit_status, said = results.status
    assert exit_status == 1
    for output in (results.transform, said):
        assert f"differs  {SHORT} {DAY}: {difference}\n" in output
    assert (
        f"missing: sessions of 2 days ({KEPT} {DAY}, {SHORT} {DAY}), which the month page counts and the list does not "
        f"show; to read both again: make crawl transform TRACK={KEPT} FROM={DAY} TO={DAY}\n" in said
    )


KEPT = story("kept", day_list(1, 2), day_list(of_month=2))


def test_the_crawls_own_count_is_enough(results: Results) -> None:
    day = results.after[KEPT][1]
    assert day is not None
    assert (day.verdict, day.site_sessions, day.missing_sessions) == ("differs", 2, 2)
    assert [difference.split(" and ")[0] for difference in day.differences] == ["sessions 2 by the month page"]


LATE = story("late", month("2", DURING), day_list(1, 2), month("2"), month("4"), month("1,002"), month("2"))


def test_a_new_month_page_derives_the_days_whose_count_it_changes(results: Results) -> None:
    counts = [(day.verdict, day.differences) if day else None for day in results.after[LATE]]
    assert counts[1] == counts[2] == counts[5] == ("partial", [])
    assert counts[3] == ("differs", ["sessions 4 by the month page and 2 by us"])
    assert counts[4] == ("differs", ["sessions 1002 by the month page and 2 by us"])


GROWING = story("growing", month("1", DURING), day_list(1, 2, 3), month("1", AFTER), month("3"))


def test_a_list_may_be_longer_than_a_month_page_that_was_read_before_the_day_was_over(results: Results) -> None:
    verdicts = [(day.verdict, day.differences, day.missing_sessions) if day else None for day in results.after[GROWING]]
    assert verdicts == [
        None,
        ("partial", [], 0),
        ("differs", ["sessions 1 by the month page and 3 by us"], 0),
        ("partial", [], 0),
    ] + [("partial", [], 0)] * (len(verdicts) - 4)


GONE = story("gone", day_list(1), month(None), month(None, unreadable_rows=[{"row": "?", "reason": "?"}]))


def test_a_whole_month_page_without_the_day_counts_no_sessions(results: Results) -> None:
    before, whole, with_unreadable_rows = results.after[GONE][:3]
    assert (whole, before) == (
        Result("differs", 0, 0, ["sessions 0 by the month page and 1 by us"], []),
        Result("partial", None, 0, [], []),
    )
    assert with_unreadable_rows == before


WORDS = story("words", month("many"), day_list())
ROWS = story("rows", day_list(1, unreadable=("Ana Ruiz",)))


def test_what_is_not_understood_is_named(results: Results) -> None:
    assert results.after[WORDS][1] == Result("not_understood", None, 0, [], ['sessions "many"'])
    rows = results.after[ROWS][0]
    assert rows is not None
    assert rows.not_understood == ['row 1, no link to a session "Ana Ruiz"']
    for output in (results.transform, results.status[1]):
        assert f'not understood  {WORDS} {DAY}: sessions "many"\n' in output


OTHER_FIGURES = story(
    "other-figures",
    month(
        "3",
        columns={"drivers": "41", "state": "dry"},
        other_figures=[{"panel": "Totals", "text": "Total Sessions 77"}],
    ),
    list_with_panels(
        leaderboard=[{"label": "Overall Fastest", "time": "35.000", "driver": "Zed Zulu", "class": "1/8 Zzz"}],
        other_figures=[{"panel": "Practice Awards", "text": "Most Laps 55"}],
    ),
    list_with_panels(
        leaderboard=[{"label": "Overall Fastest", "time": "35.000", "driver": "RUIZ, Ana", "class": "1/10 Open"}],
    ),
    month("3"),
)
TWICE = "sessions 3 by the month page and 2 by us: the list shows a session twice"


def test_every_printed_figure_is_compared_or_named(results: Results) -> None:
    column = 'unknown column drivers "41"'
    driver = "driver of the best lap Zed Zulu by the site and Ana Ruiz by us"
    assert results.after[OTHER_FIGURES][1:4] == [
        Result(
            "differs",
            3,
            0,
            ["class of the best lap 1/8 Zzz by the site and 1/10 Open by us", driver],
            [column, 'unknown figures of Practice Awards "Most Laps 55"'],
            [TWICE],
        ),
        Result("partial", 3, 0, [], [column], [TWICE]),
        Result("partial", 3, 0, [], [], [TWICE]),
    ]


MONTH_FIGURES = story("month-figures", month("1", other_figures=[{"panel": "", "text": "77 sessions"}]), day_list(1))


def test_a_figure_of_a_month_is_named_with_its_month(results: Results) -> None:
    line = f'not understood  {MONTH_FIGURES} 2025-10: unknown figures "77 sessions"\n'
    for output in (results.transform, results.status[1]):
        assert line in output


EMPTY = story("empty", month(None), day_list(of_month=0))


def test_an_empty_list_of_a_day_that_the_month_page_does_not_show_is_complete(results: Results) -> None:
    assert results.after[EMPTY][1] == Result("complete", 0, 0, [], [])


def test_the_order_of_pages_does_not_matter(results: Results) -> None:
    assert "0 tables with differences" in results.verified
