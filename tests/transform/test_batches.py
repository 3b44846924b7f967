"""A history that is too long for one run: taken in slices, stopped between two of them, and gone on with."""

import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.waiting import wait_until_blocked_by, wait_until_gone

FIRST_DAY, LAST_DAY = date(2025, 10, 25), date(2025, 11, 1)
ONE_SESSION = {"DBT_SESSIONS_AT_ONCE": "1"}
_SESSIONS_OF = "select pid from pg_stat_activity where datname = current_database() and pid != pg_backend_pid()"
_MENDED = "select event_date from racing.events where event_drivers != 77 order by event_date"


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture
def connection(shared_database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        yield connection


def store_two_days(connection: psycopg.Connection[Any], track: str) -> None:
    """Two days of two sessions, one driver on both days; the later day comes in first, and lists before pages."""
    store(connection, track, DayList([listed(3), listed(4)], LAST_DAY))
    store(connection, track, DayList([listed(1), listed(2)], FIRST_DAY))
    for session in (1, 2, 3):
        name, transponder = f"Driver {session % 2}", f"700000{session % 2}"
        store(connection, track, SessionPage(session, name, transponder, [lap(1, "30.5")]))


def test_slices_end_as_one_run_does(commands: Commands, connection: psycopg.Connection[Any]) -> None:
    store_two_days(connection, "sliced")
    said = commands.succeed("transform", **ONE_SESSION)
    assert "Transform: 2 sessions of 1 days re-derived" in said
    assert "1 days to go" in said
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (0,)
    found = final_rows(commands.database, WHEN_WRITTEN)
    assert len(found["races"]) == 4
    connection.execute("truncate racing.tracks, racing.drivers cascade")
    commands.succeed("dbt", ARGS="build --full-refresh --selector transform")
    assert differences(found, final_rows(commands.database, WHEN_WRITTEN)) == []


def test_a_full_run_of_some_models_leaves_nothing_wrong_for_long(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    store_two_days(connection, "partial")
    commands.succeed("transform")
    store_two_days(connection, "later")
    commands.succeed("transform")
    before = final_rows(commands.database, WHEN_WRITTEN)
    # The sessions of all days, beside the laps of the last run: now the laps of the others look taken back.
    commands.succeed("dbt", ARGS="run --full-refresh -s +int_practice__driver_identities")
    commands.succeed("dbt", ARGS="run -s laps")
    assert differences(before, final_rows(commands.database, WHEN_WRITTEN)) != []
    commands.succeed("transform")
    assert differences(before, final_rows(commands.database, WHEN_WRITTEN)) == []


def test_a_full_run_that_is_killed_between_slices_is_gone_on_with_by_a_plain_run(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    store_two_days(connection, "killed")
    commands.succeed("transform")
    before = final_rows(commands.database, WHEN_WRITTEN)
    connection.execute("update racing.events set event_drivers = 77")
    with (
        psycopg.connect(commands.database.conninfo) as holder,
        commands.start("transform", FULL="1", **ONE_SESSION) as process,
    ):
        holder.execute("select from racing.events where event_date = %s for update", [LAST_DAY])
        wait_until_blocked_by(holder, connection, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        left = connection.execute(_SESSIONS_OF).fetchall()
    wait_until_gone(connection, [server_process for (server_process,) in left])
    assert {day for (day,) in connection.execute(_MENDED)} == {FIRST_DAY}
    commands.succeed("transform")
    assert differences(before, final_rows(commands.database, WHEN_WRITTEN)) == []
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (0,)
