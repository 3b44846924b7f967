"""Transforms that are killed, interrupted, fail half-way, or are started twice."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.dbt_project.replay import BATCH_TABLES, RACING, Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.running_command import RunningCommand
from tests.support.soak_table import Tally, is_soak
from tests.support.waiting import LONGEST_SECONDS, wait_for, wait_until_blocked_by, wait_until_gone

# Where a transform is stopped: it waits for a lock that the test holds, and is killed there. The recorded runs of
# test_histories.py are cut off after any statement; this shows the same of dbt itself, and of begin and settle.
IN_BEGIN = ["lock table intermediate.transform_batch in share mode"]
IN_BATCH_TABLES = [f"lock table intermediate.{model} in share mode" for model in BATCH_TABLES]
IN_MERGES = [f"lock table racing.{model} in share mode" for model in RACING]
IN_SETTLE = [
    "select from raw.transform_queue for update",
    "select from racing.drivers where source_driver_id = '7000001' for update",
]
STOPS = [*IN_BEGIN, *IN_BATCH_TABLES, *IN_MERGES, *IN_SETTLE]
KILLS = STOPS * 4 if is_soak() else [IN_MERGES[-1], IN_SETTLE[-1]]
TO_BE_KILLED = "a transform to be killed"

_WAITING_FOR = "select pid from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
_SESSIONS_OF = "select pid from pg_stat_activity where application_name = %s or application_name like %s"
_LEFT_OVER = "select relname from pg_class where relname like '%\\_\\_dbt\\_%'"


@pytest.fixture
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture
def connection(shared_database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        yield connection


def named(commands: Commands, application_name: str) -> Commands:
    """The same commands, whose connections have this name."""
    parameters = {**commands.database.parameters, "application_name": application_name}
    return Commands(Database(parameters), commands.artifacts)


@contextmanager
def stopped_at(
    commands: Commands, connection: psycopg.Connection[Any], lock: str
) -> Iterator[tuple[RunningCommand, psycopg.Connection[Any]]]:
    """A transform that waits for a lock, and the connection that holds the lock."""
    with psycopg.connect(commands.database.conninfo) as holder, commands.start("transform") as process:
        holder.execute(lock.encode())
        wait_until_blocked_by(holder, connection, process)
        yield process, holder


def test_a_killed_run_is_completed_by_the_next(
    commands: Commands, connection: psycopg.Connection[Any], recording: Recording, tally: Tally
) -> None:
    tally.promise = "rows that differ from a rebuild, or left-over relations, after a transform is killed"
    for number, lock in enumerate(KILLS):
        track = f"killed-{number}"
        store(connection, track, DayList([listed(1), listed(2)]))
        store(connection, track, SessionPage(1, transponder="7000001"))
        recording.transform(commands.database)
        store(connection, track, SessionPage(1, "Ben Okafor", f"80000{number:02}", [lap(1, "31.5")]))
        store(connection, track, DayList([listed(1)]))
        with stopped_at(named(commands, TO_BE_KILLED), connection, lock) as (process, _):
            # dbt's connections, by the name of this run, and the one that holds the lock of the transform.
            names = [TO_BE_KILLED, f"transform, pid {process.pid} on %"]
            left = connection.execute(_SESSIONS_OF, names).fetchall()
            assert left
            process.send_signal(signal.SIGKILL)
            process.communicate()
        wait_until_gone(connection, [server_process for (server_process,) in left])
        recording.transform(commands.database)
        assert connection.execute("select count(*) from raw.transform_queue").fetchone() == (0,)
        tally.trials += 1
        tally.faults += 1
    found = final_rows(commands.database, WHEN_WRITTEN)
    commands.succeed("transform", FULL="1")
    wrong = differences(found, final_rows(commands.database, WHEN_WRITTEN))
    left_over = connection.execute(_LEFT_OVER.encode()).fetchall()
    tally.losses += len(wrong) + len(left_over)
    assert (wrong, left_over) == ([], [])


@pytest.mark.reliability
@pytest.mark.parametrize(
    ("number", "lock"), [(signal.SIGINT, IN_MERGES[-1]), (signal.SIGTERM, IN_MERGES[-1]), (signal.SIGINT, IN_SETTLE[0])]
)
def test_an_interrupted_run_ends_at_once_and_is_completed_by_the_next(
    commands: Commands, connection: psycopg.Connection[Any], recording: Recording, number: signal.Signals, lock: str
) -> None:
    store(connection, f"interrupted-by-{number}", DayList([listed(1)]))
    # As on most servers: a backend notices the end of its client only when its statement ends.
    settings = sql.SQL("alter database {} ").format(sql.Identifier(connection.info.dbname))
    connection.execute(settings + sql.SQL("set client_connection_check_interval = 0"))
    with stopped_at(commands, connection, lock) as (process, holder):
        process.send_signal(number)
        _, err = process.communicate(timeout=LONGEST_SECONDS)
        # The lock is still held, so the statement that waited for it was cancelled.
        wait_for(lambda: not connection.execute(_WAITING_FOR, [holder.info.backend_pid]).fetchall())
    connection.execute(settings + sql.SQL("reset client_connection_check_interval"))
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert connection.execute("select count(*) from raw.transform_queue").fetchone() == (1,)
    recording.transform(commands.database)
    assert connection.execute("select count(*) from raw.transform_queue").fetchone() == (0,)


def test_a_run_that_fails_half_way_leaves_its_entries_to_the_next(
    commands: Commands, connection: psycopg.Connection[Any], recording: Recording
) -> None:
    store(connection, "fails", DayList([listed(1)]))
    store(connection, "fails", SessionPage(1, laps=[lap(1, "30"), lap(77, "31")]))
    connection.execute("alter table racing.laps add constraint seeded check (lap_number != 77)")
    done = commands.run("transform")
    connection.execute("alter table racing.laps drop constraint seeded")
    assert done.returncode == 1
    assert "seeded" in done.stdout
    assert "Traceback" not in done.stderr
    assert connection.execute("select count(*) from raw.transform_queue").fetchone() == (2,)
    recording.transform(commands.database)
    assert connection.execute("select count(*) from raw.transform_queue").fetchone() == (0,)
    assert connection.execute("select count(*) from racing.laps where lap_number = 77").fetchone() == (1,)


def test_a_second_transform_is_refused_and_names_the_first(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    store(connection, "second", DayList([listed(1)]))
    with stopped_at(commands, connection, IN_MERGES[0]) as (first, holder):
        second = commands.run("transform")
        holder.rollback()
        first.communicate()
    assert (first.returncode, second.returncode) == (0, 4)
    assert f"pid {first.pid}" in second.stderr
