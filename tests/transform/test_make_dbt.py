"""`make dbt` excludes other jobs while it may write, begins a batch that it never settles, and ends on Ctrl-C."""

import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.database import locks
from scraper.database.connection import Database
from scraper.database.jobs import Job, hold_locks
from scraper.database.locks import lock_schema
from scraper.errors import LockHeld
from tests.dbt_project.catalogue import catalogue
from tests.dbt_project.raw_pages import DayList, listed, store
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import differences, final_rows
from tests.support.waiting import LONGEST_SECONDS, wait_for, wait_until_blocked_by

_BATCH = "select kind from intermediate.transform_batch"
_WAITING_FOR = "select pid from pg_stat_activity where %s = any(pg_blocking_pids(pid))"


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path, recording: Recording) -> Commands:
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        store(connection, "bend", DayList([listed(1)]))
    recording.transform(shared_database)
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture
def connection(shared_database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        yield connection


def test_dbt_holds_the_locks_of_transform_and_schema_until_ctrl_c_ends_it(
    commands: Commands, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "TIMEOUT", "10ms")
    database = commands.database
    with psycopg.connect(database.conninfo) as holder, commands.start("dbt", ARGS="run -s laps") as dbt:
        holder.execute("lock table racing.laps in share mode")
        wait_until_blocked_by(holder, connection, dbt)
        transform = commands.run("transform")
        assert transform.returncode == 4
        assert f"dbt (pid {dbt.pid} on" in transform.stderr
        with pytest.raises(LockHeld, match="while dbt"), hold_locks(database, Job.EXPORT):
            pytest.fail("the export began")
        with psycopg.connect(database.conninfo) as migration, pytest.raises(LockHeld, match="cannot migrate .* dbt"):
            lock_schema(migration)
        commands.succeed("dbt", ARGS="ls -s laps")  # which writes nothing
        dbt.send_signal(signal.SIGINT)
        _, err = dbt.communicate(timeout=LONGEST_SECONDS)
        # The lock is still held, so the statement that waited for it was cancelled.
        wait_for(lambda: not connection.execute(_WAITING_FOR, [holder.info.backend_pid]).fetchall())
    assert (dbt.returncode, "Traceback" in err) == (130, False)


def test_dbt_does_not_start_while_an_export_or_a_migration_runs(commands: Commands) -> None:
    with hold_locks(commands.database, Job.EXPORT):
        done = commands.run("dbt", ARGS="run -s laps")
    assert (done.returncode, "while export" in done.stderr) == (4, True)
    impatient = "from scraper.database import locks; locks.TIMEOUT = '10ms'"
    with psycopg.connect(commands.database.conninfo) as migration:
        lock_schema(migration)
        done = commands.run("dbt", before=impatient, ARGS="run -s laps")
    assert (done.returncode, "cannot start while" in done.stderr) == (4, True)


def test_dbt_settles_nothing_and_the_next_transform_derives(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    store(connection, "bend", DayList([listed(1), listed(2)]))
    commands.succeed("dbt", ARGS="run --no-use-colors")
    of_the_list = "select count(*) from racing.races where source_race_id in ('1', '2')"
    assert connection.execute(of_the_list).fetchone() == (2,)
    assert connection.execute("select count(*) from raw.transform_queue").fetchone() == (1,)
    assert connection.execute(_BATCH).fetchall() == [("manual",)]
    assert "2 sessions of 1 day re-derived" in commands.succeed("transform")
    assert connection.execute(_BATCH).fetchall() == []


def test_a_full_refresh_drops_no_table_and_writes_no_row(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    rows, relations = final_rows(commands.database, set()), catalogue(connection)
    commands.succeed("dbt", ARGS="run --full-refresh --no-use-colors")
    assert differences(final_rows(commands.database, set()), rows) == []
    assert catalogue(connection) == relations


def test_a_test_by_hand_reads_all_rows_and_one_of_a_transform_those_of_the_batch(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    connection.execute("update racing.race_results set fast_lap_time = 9, avg_lap_time = 8")
    store(connection, "bend", DayList([listed(7)], date(2025, 11, 1)))
    assert "page shows a fastest lap that is slower" not in commands.succeed("transform")
    rows = connection.execute("select count(*) from racing.race_results where fast_lap_time = 9").fetchone() or (0,)
    assert rows[0] > 0
    said = commands.succeed("dbt", ARGS="test -s fastest_lap_is_not_slower_than_the_average --no-use-colors")
    assert f"WARN {rows[0]} fastest_lap_is_not_slower_than_the_average" in said


def test_the_exit_status_is_that_of_dbt(commands: Commands) -> None:
    assert commands.run("dbt", ARGS="run -s laps --no-such-option").returncode == 2
    assert "dbt" in commands.succeed("dbt", ARGS="--version")


def test_a_table_of_the_batch_is_made_anew_only_when_its_columns_have_changed(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    def columns_and_id() -> tuple[list[str], int]:
        (table,) = connection.execute("select %s::regclass::oid", [name]).fetchone() or (0,)
        columns = connection.execute(
            "select attname from pg_attribute where attrelid = %s and attnum > 0 and not attisdropped", [table]
        )
        return sorted(column for (column,) in columns), table

    name = "intermediate.int_practice__queued_sessions"  # no view reads it
    columns, table = columns_and_id()
    commands.succeed("dbt", ARGS="run -s int_practice__queued_sessions")
    assert columns_and_id() == (columns, table)
    connection.execute(f"alter table {name} add column of_the_last_release integer".encode())
    commands.succeed("dbt", ARGS="run -s int_practice__queued_sessions")
    assert columns_and_id()[0] == columns
    assert columns_and_id()[1] != table
