"""dbt killed in the middle, failing half-way, and called twice at once."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.dbt_project.replay import RACING, WORKING_SET, Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.soak_table import Tally, is_soak
from tests.support.waiting import LONGEST_SECONDS, wait_for, wait_for_row, wait_until_blocked_by, wait_until_gone

# Where a run is stopped: it waits for a lock that the test holds, and is killed there. The recorded runs of
# test_histories.py are cut off after any statement, this one shows the same of dbt itself.
BEFORE_MODELS = [f"select pg_advisory_xact_lock(7216, hashtext('racing.{model}'))" for model in RACING]
IN_MERGES = [f"lock table racing.{model} in share mode" for model in RACING]
IN_POST_HOOK = ["select from racing.drivers where source_driver_id = '7000001' for update"]
KILLS = [*BEFORE_MODELS, *IN_MERGES, *IN_POST_HOOK] * 4 if is_soak() else [IN_MERGES[-1], *IN_POST_HOOK]
TO_BE_KILLED = "a transform to be killed"

_WORKING_SET_WAITS = """
select pid from pg_locks where not granted and locktype = 'advisory' and classid = 7216 and objid = 0
"""
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


@pytest.fixture(scope="module")
def incremental(shared_database: Database, dbt_artifacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    commands = Commands(shared_database, dbt_artifacts)
    commands.succeed("transform")
    return Recording.of(commands, tmp_path_factory.mktemp("recorded"))


def named(commands: Commands, application_name: str) -> Commands:
    """The same commands, whose sessions are told from all others by their name."""
    parameters = {**commands.database.parameters, "application_name": application_name}
    return Commands(Database(parameters), commands.artifacts)


@contextmanager
def stopped_at(
    commands: Commands, connection: psycopg.Connection[Any], lock: str
) -> Iterator[tuple[subprocess.Popen[str], psycopg.Connection[Any]]]:
    """A transform that stands still, waiting for a lock, and the connection that holds the lock."""
    with psycopg.connect(commands.database.conninfo) as holder, commands.start("transform") as process:
        holder.execute(lock.encode())
        wait_until_blocked_by(holder, connection, process)
        yield process, holder


def test_a_killed_run_is_completed_by_the_next(
    commands: Commands, connection: psycopg.Connection[Any], incremental: Recording, tally: Tally
) -> None:
    tally.promise = "rows other than a rebuild's, or left-over relations, after dbt is killed"
    for number, lock in enumerate(KILLS):
        track = f"killed-{number}"
        store(connection, track, DayList([listed(1), listed(2)]))
        store(connection, track, SessionPage(1, transponder="7000001"))
        incremental.replay(commands.database)
        store(connection, track, SessionPage(1, "Ben Okafor", f"80000{number:02}", [lap(1, "31.5")]))
        store(connection, track, DayList([listed(1)]))
        with stopped_at(named(commands, TO_BE_KILLED), connection, lock) as (process, _):
            # dbt's sessions, by the name that only this run gives them, and the one that holds the transform's lock.
            names = [TO_BE_KILLED, f"transform, pid {process.pid} on %"]
            left = connection.execute(_SESSIONS_OF, names).fetchall()
            assert len(left) > 1
            process.send_signal(signal.SIGKILL)
            process.communicate()
        wait_until_gone(connection, [server_process for (server_process,) in left])
        incremental.replay(commands.database)
        assert connection.execute("select count(*) from raw.work_list").fetchone() == (0,)
        tally.trials += 1
        tally.faults += 1
    found = final_rows(commands.database, WHEN_WRITTEN)
    commands.succeed("transform", FULL="1")
    wrong = differences(found, final_rows(commands.database, WHEN_WRITTEN))
    left_over = connection.execute(_LEFT_OVER.encode()).fetchall()
    tally.losses += len(wrong) + len(left_over)
    assert (wrong, left_over) == ([], [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_at_once_and_is_completed_by_the_next(
    commands: Commands, connection: psycopg.Connection[Any], incremental: Recording, number: signal.Signals
) -> None:
    store(connection, f"interrupted-by-{number}", DayList([listed(1)]))
    # As on most servers: the end of a client shows only when its statement has ended.
    connection.execute("alter database practice_shared set client_connection_check_interval = 0")
    with stopped_at(commands, connection, IN_MERGES[-1]) as (process, holder):
        process.send_signal(number)
        _, err = process.communicate(timeout=LONGEST_SECONDS)
        # The lock that the statement waits for is still held: it was taken back.
        wait_for(lambda: not connection.execute(_WAITING_FOR, [holder.info.backend_pid]).fetchall())
    connection.execute("alter database practice_shared reset client_connection_check_interval")
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (1,)
    incremental.replay(commands.database)
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (0,)


def test_a_run_that_fails_half_way_leaves_its_lines_to_the_next(
    commands: Commands, connection: psycopg.Connection[Any], incremental: Recording
) -> None:
    store(connection, "fails", DayList([listed(1)]))
    store(connection, "fails", SessionPage(1, laps=[lap(1, "30"), lap(77, "31")]))
    connection.execute("alter table racing.laps add constraint planted check (lap_number != 77)")
    done = commands.run("transform")
    connection.execute("alter table racing.laps drop constraint planted")
    assert done.returncode == 1
    assert "planted" in done.stdout
    assert "Traceback" not in done.stderr
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (2,)
    incremental.replay(commands.database)
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (0,)
    assert connection.execute("select count(*) from racing.laps where lap_number = 77").fetchone() == (1,)


def test_a_run_whose_days_another_run_has_replaced_stops_and_keeps_its_lines(
    commands: Commands, connection: psycopg.Connection[Any], incremental: Recording
) -> None:
    store(connection, "two-runs", DayList([listed(1)]))
    with psycopg.connect(commands.database.conninfo) as holder, commands.start("transform") as first:
        holder.execute("lock table racing.tracks in share mode")
        wait_until_blocked_by(holder, connection, first)
        # The other run has to wait for the first one's model to end: let both go on together.
        other = threading.Thread(target=incremental.replay, args=(commands.database, WORKING_SET[:2]))
        other.start()
        wait_for_row(connection, _WORKING_SET_WAITS, process=first)
        holder.rollback()
        other.join()
        said, _ = first.communicate()
    assert first.returncode == 1
    assert "another dbt run has begun while this one was at work" in said
    assert connection.execute("select count(*) from raw.work_list").fetchone() == (1,)
    incremental.replay(commands.database)


@pytest.mark.usefixtures("incremental")
def test_two_transforms_at_once_the_second_leaves_and_names_the_first(
    commands: Commands, connection: psycopg.Connection[Any]
) -> None:
    store(connection, "second", DayList([listed(1)]))
    with stopped_at(commands, connection, IN_MERGES[0]) as (first, holder):
        second = commands.run("transform")
        holder.rollback()
        first.communicate()
    assert (first.returncode, second.returncode) == (0, 4)
    assert f"pid {first.pid}" in second.stderr
