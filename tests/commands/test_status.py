"""`make status`: what it reports as missing, and how much it prints."""

from collections.abc import Callable

import psycopg
import pytest

from scraper import __main__ as entry
from scraper.database.connection import Database
from scraper.database.jobs import Job, hold_locks
from scraper.database.migrate import downgrade, newest_revision, upgrade
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.commands.status_rows import DAYS, FAILURE, FIRST_TRACK, MONTH_PAGE, SESSIONS, TRANSFORM, add_crawl
from tests.support.commands_runner import Commands

Output = Callable[[], tuple[int, str]]


RECONCILIATION = """
create table analytics.day_reconciliation
    (track_slug text, practice_date date, differences text[], not_understood text[], verdict text,
     missing_sessions integer);
create table intermediate.int_reconciliation__months (track_slug text, month text, not_understood text[]);
"""
RECONCILED = """
insert into analytics.day_reconciliation values
    ('bend', '2025-10-26', '{laps 9 by the site and 8 by us}', array['drivers "?"'], 'differs', 0),
    ('bend', '2025-10-25', '{laps 9 by the site and 8 by us}', '{}', 'differs', 0),
    ('bend', '2025-10-24', '{}', array['drivers "?"'], 'not_understood', 0),
    ('bend', '2025-10-23', '{}', '{}', 'complete', 0);
insert into intermediate.int_reconciliation__months values ('bend', '2025-10', array['unknown figures "77"']);
"""


def test_a_database_without_tables_gets_a_remedy_and_no_tables(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch, status_output: Output
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    assert status_output() == (
        1,
        "missing: the database has no tables yet: run make migrate, or start with make crawl\n",
    )
    assert status_output()[0] == 1
    upgrade(empty_database)
    downgrade(empty_database, "-1")
    assert f"and this code needs {newest_revision()}: run make migrate" in status_output()[1]


@pytest.mark.usefixtures("on_database")
def test_before_the_first_crawl_it_prints_the_command_to_start_with(status_output: Output) -> None:
    assert status_output() == (
        1,
        "missing: no crawl yet: start with make crawl transform TRACK=canberraoffroad DATE=2025-10-25\n",
    )


def test_a_complete_day_is_complete(connection: psycopg.Connection, status_output: Output) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["finished"])
    connection.execute(FIRST_TRACK)
    connection.execute(DAYS, {"days": 1, "depth": "laps_full"})
    connection.execute(SESSIONS, {"states": ["captured", "captured", "list_only"]})  # the last one has left the list
    exit_status, output = status_output()
    assert exit_status == 0
    assert "last crawl      1 finished, " in output
    assert ", 3 h ago: bend" in output
    assert ", 2 h ago" in output
    assert "bend   2025-10-26  laps_full       2         2       0" in output
    assert output.endswith("complete: every listed session is captured and transformed\n")


def test_the_last_line_counts_what_does_not_add_up_and_a_quiet_status_prints_it(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["finished"])
    connection.execute(RECONCILIATION)
    monkeypatch.setenv("QUIET", "1")
    assert entry.main(["status"]) == 0
    assert capsys.readouterr().out == ""
    connection.execute(RECONCILED)
    assert entry.main(["status"]) == 0
    output = capsys.readouterr().out
    assert output.endswith(
        """differs  bend 2025-10-26: laps 9 by the site and 8 by us; not understood: drivers "?"
differs  bend 2025-10-25: laps 9 by the site and 8 by us
not understood  bend 2025-10-24: drivers "?"
not understood  bend 2025-10: unknown figures "77"
complete, but 2 days differ from the site's totals and 1 day and 1 month have figures that are not understood (above)
"""
    )
    connection.execute("delete from analytics.day_reconciliation where practice_date != '2025-10-25'")
    connection.execute("delete from intermediate.int_reconciliation__months")
    assert entry.main(["status"]) == 0
    assert capsys.readouterr().out.endswith("\ncomplete, but 1 day differs from the site's totals (above)\n")


def test_changed_pages_are_missing_until_they_are_transformed(
    connection: psycopg.Connection, status_output: Output
) -> None:
    add_crawl(connection, "finished")
    for page in ("1", "1", "2"):
        connection.execute(
            "insert into raw.transform_queue (track_slug, page_kind, page_key) values ('bend', 'session', %s)", [page]
        )
    exit_status, output = status_output()
    assert exit_status == 1
    assert "last transform  none\n" in output
    assert "missing: the rows of 2 changed pages, the oldest from 20" in output
    assert "; to derive them: make transform\n" in output


def test_an_incomplete_transform_is_reported(connection: psycopg.Connection, status_output: Output) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["incomplete"])
    assert "missing: rows of the last transform, which did not finish" in status_output()[1]


def test_changed_rows_of_a_seed_are_missing_until_a_transform(
    connection: psycopg.Connection, status_output: Output
) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["finished"])
    assert status_output()[0] == 0
    connection.execute("delete from intermediate.seed_rows where seed_name = 'shared_labels'")
    exit_status, output = status_output()
    assert exit_status == 1
    assert "missing: changed rows of shared_labels.csv; to derive them: make transform\n" in output


@pytest.mark.parametrize(
    ("outcome", "ended"),
    [("interrupted", "was interrupted"), ("failed", "failed"), ("running", "was killed")],
)
def test_the_rest_of_a_crawl_is_missing_until_a_later_crawl_fetched_it(
    connection: psycopg.Connection, status_output: Output, outcome: str, ended: str
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, outcome, tracks="bend hill")
    connection.execute(MONTH_PAGE, ["hill"])
    add_crawl(connection, "finished", tracks="bend")
    exit_status, output = status_output()
    assert exit_status == 1
    remedy = "make crawl TRACK='bend hill' FROM=2025-10-24 TO=2025-10-26"
    assert f"missing: the rest of crawl 1, which {ended}; to fetch it: {remedy}\n" in output
    add_crawl(connection, "finished", tracks="hill bend moor", last_day="2025-10-27")
    assert status_output()[0] == 0


def test_a_later_crawl_that_did_not_finish_either_stands_for_the_earlier_one(
    connection: psycopg.Connection, status_output: Output
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, "interrupted")
    connection.execute(MONTH_PAGE, ["bend"])
    add_crawl(connection, "failed", last_day="2025-10-27")
    connection.execute(FAILURE, ["month", 1])
    connection.execute("update raw.failed_pages set page_key = '2025-10'")
    output = status_output()[1]
    assert output.count("the rest of crawl") == 1
    remedy = "make crawl TRACK=bend FROM=2025-10-24 TO=2025-10-27 REFRESH=1"  # its month page waits
    assert f"missing: the rest of crawl 2, which failed; to fetch it: {remedy}\n" in output
    connection.execute("update raw.failed_pages set page_key = '2025-09'")
    assert f"{remedy.removesuffix(' REFRESH=1')}\n" in status_output()[1]


def test_the_rest_of_a_scheduled_crawl_begins_with_what_was_open(
    connection: psycopg.Connection, status_output: Output
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, "interrupted", open_from="2025-09-01")
    connection.execute(MONTH_PAGE, ["bend"])
    rest = "missing: the rest of crawl 1, which was interrupted; to fetch it: make crawl TRACK=bend FROM=2025-09-01"
    assert rest in status_output()[1]
    add_crawl(connection, "finished")  # by hand, of the last days alone
    assert rest in status_output()[1]
    next_day = {"from": "2025-10-25", "open_from": "2025-10-01", "last_day": "2025-10-27"}
    add_crawl(connection, "finished", **next_day)
    assert "the rest of" not in status_output()[1]


def test_a_scheduled_track_whose_first_crawl_did_not_finish_was_crawled(
    connection: psycopg.Connection, status_output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKS", "bend")
    add_crawl(connection, "interrupted")
    output = status_output()[1]
    assert "missing: the rest of crawl 1, which " in output
    assert "never crawled" not in output


def test_a_track_without_practice_is_named(connection: psycopg.Connection, status_output: Output) -> None:
    add_crawl(connection, "finished")
    connection.execute(MONTH_PAGE, ["bend"])
    assert "empty           bend has no practice sessions on its pages, up to 2025-10\n" in status_output()[1]
    connection.execute("update raw.practice_months set payload = '{\"days\": [{}]}'")
    assert "empty" not in status_output()[1]


def test_a_running_crawl_is_not_reported_as_killed(
    connection: psycopg.Connection, on_database: Database, status_output: Output
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, "running")
    with hold_locks(on_database, Job.CRAWL):
        exit_status, output = status_output()
    assert exit_status == 1
    assert "missing: the pages that the running crawl has not fetched yet: crawl (pid " in output
    assert "killed" not in output


def test_a_scheduled_track_whose_next_crawl_would_leave_a_gap_is_named(
    connection: psycopg.Connection, status_output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.execute(TRANSFORM, ["finished"])
    add_crawl(connection, "finished")
    assert status_output()[0] == 0
    monkeypatch.setenv("TRACKS", "Bend hill")
    connection.execute("insert into raw.tracks (track_slug) values ('bend')")
    exit_status, output = status_output()
    assert exit_status == 1
    assert (
        "missing: bend since 2025-10-26, which is more than DAYS=2 ago; to fetch it: "
        "make crawl TRACK=bend FROM=2025-10-26\n" in output
    )
    assert "missing: hill of TRACKS, which was never crawled" in output


def test_years_of_days_print_one_month(connection: psycopg.Connection, status_output: Output) -> None:
    add_crawl(connection, "finished")
    connection.execute(TRANSFORM, ["finished"])
    connection.execute(FIRST_TRACK)
    connection.execute(DAYS, {"days": 5000, "depth": "laps_full"})
    exit_status, output = status_output()
    assert exit_status == 0
    assert len(output.splitlines()) < 40
    assert "2025-10-26" in output
    assert "… and 4970 earlier days\n" in output


@pytest.mark.usefixtures("on_database")
def test_a_crawled_season_shows_its_true_counts(commands: Commands, status_output: Output) -> None:
    season = Season.generate(tracks=1, days=2)
    last_day = list(season.days())[-1]
    with SampleSite(season) as site:
        commands.succeed("crawl", LIVERC_BASE_URL=site.base_url, TRACK=last_day.track.slug, DATE=str(last_day.date))
    exit_status, output = status_output()
    assert exit_status == 1
    assert "to derive them: make transform" in output
    commands.succeed("transform")
    exit_status, output = status_output()
    assert exit_status == 0
    shown = next(line.split() for line in output.splitlines() if line.startswith(last_day.track.slug))
    count = str(len(last_day.sessions))
    assert shown == [last_day.track.slug, str(last_day.date), "laps_full", count, count, "0"]
