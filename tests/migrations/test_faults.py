"""A migration that fails, waits in vain or is killed changes nothing: version row and schema agree, a rerun works."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from psycopg.pq import TransactionStatus

from scraper.database import locks, migrate
from scraper.database.connection import Database
from scraper.database.jobs import Job, hold_locks
from scraper.database.migrate import downgrade, upgrade
from scraper.errors import CannotWork, LockHeld
from tests.migrations.catalogue import Catalogue, catalogue, is_at_head
from tests.migrations.test_upgrade import REVISIONS
from tests.support.commands_runner import Commands
from tests.support.soak_table import Tally
from tests.support.waiting import LONGEST_SECONDS, wait_until_blocked_by, wait_until_gone

# Something happens at one of the statements that define something. A sequence counts them: no rollback resets it.
PLANT_FAULT = """
create schema planted;
create table planted.fault as select 0 as at_statement;
create sequence planted.statements;
create function planted.happen() returns event_trigger language plpgsql as $$
begin
    if nextval('planted.statements') = (select at_statement from planted.fault) then {}; end if;
end $$;
create event trigger planted on ddl_command_end execute function planted.happen()
"""
AN_ERROR = sql.SQL("raise 'planted fault'")
A_WAIT = sql.SQL("perform pg_advisory_xact_lock(4711)")
MOVE_FAULT = "with fault as (update planted.fault set at_statement = %s) select setval('planted.statements', 1, false)"


@pytest.fixture
def begun(empty_database: Database) -> Database:
    """A database without our tables, which Alembic knows already."""
    upgrade(empty_database, "0001")
    downgrade(empty_database, "base")
    return empty_database


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_error_in_the_midst_of_a_revision_leaves_the_one_before(begun: Database, revision: str) -> None:
    before = up_to_before(begun, revision)
    with psycopg.connect(begun.conninfo, autocommit=True) as connection:
        statements = plant(begun, connection, revision, AN_ERROR)
        for statement in {1, statements // 2, statements} - {0}:
            connection.execute(MOVE_FAULT, [statement])
            with pytest.raises(CannotWork, match="nothing was changed: planted fault"):
                upgrade(begun, revision)
            assert catalogue(begun) == before
        connection.execute("drop event trigger planted")
    upgrade(begun)
    assert is_at_head(begun)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_migration_that_is_killed_at_its_last_statement_leaves_the_revision_before(
    begun: Database, revision: str, commands_on_nothing: Commands, tally: Tally
) -> None:
    tally.promise = "a killed migration leaves schema and version row as they were"
    before = up_to_before(begun, revision)
    with kept_from_noting_its_revision(begun) as (holder, observer):
        process = commands_on_nothing.start("migrate")
        server_process = wait_until_blocked_by(holder, observer, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        # What the kill leaves behind on the server ends at once where it looks for its client, else with the wait.
        observer.execute("select pg_terminate_backend(%s)", [server_process])
        wait_until_gone(observer, [server_process])
    tally.trials, tally.faults, tally.losses = 1, 1, int(catalogue(begun) != before)
    assert catalogue(begun) == before
    commands_on_nothing.succeed("migrate")
    assert is_at_head(begun)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_migration_that_is_killed_half_way_leaves_the_revision_before(
    begun: Database, revision: str, commands_on_nothing: Commands, tally: Tally
) -> None:
    tally.promise = "a migration killed half-way leaves schema and version row as they were"
    before = up_to_before(begun, revision)
    with (
        psycopg.connect(begun.conninfo) as holder,
        psycopg.connect(begun.conninfo, autocommit=True) as observer,
    ):
        statements = plant(begun, observer, revision, A_WAIT)
        observer.execute(MOVE_FAULT, [max(1, statements // 2)])
        holder.execute("select pg_advisory_xact_lock(4711)")
        process = commands_on_nothing.start("migrate")
        server_process = wait_until_blocked_by(holder, observer, process)
        process.kill()
        process.communicate()
        observer.execute("select pg_terminate_backend(%s)", [server_process])
        wait_until_gone(observer, [server_process])
        tally.trials, tally.faults, tally.losses = 1, 1, int(catalogue(begun) != before)
        observer.execute("drop event trigger planted")
    commands_on_nothing.succeed("migrate")
    assert is_at_head(begun)


def test_a_second_reader_does_not_wait_for_the_first_behind_a_migration(
    begun: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "WAIT_FOR_TABLE", "2s")
    upgrade(begun)
    with (
        psycopg.connect(begun.conninfo) as first,
        psycopg.connect(begun.conninfo, autocommit=True) as second,
        psycopg.connect(begun.conninfo, autocommit=True) as observer,
        ThreadPoolExecutor() as threads,
    ):
        first.execute("select * from racing.laps")
        migrating = threads.submit(downgrade, begun, "0002")
        wait_until_blocked_by(first, observer)
        reading = threads.submit(second.execute, "select count(*) from racing.laps")
        # Neither ends with the first reader, who stays: the migration gives up, and lets the second one in.
        try:
            assert isinstance(migrating.exception(LONGEST_SECONDS), CannotWork)
            assert reading.result(LONGEST_SECONDS).fetchone() == (0,)
            assert first.info.transaction_status == TransactionStatus.INTRANS
        finally:
            first.rollback()


def test_a_table_that_is_in_use_ends_the_migration_within_the_lock_timeout(
    begun: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "WAIT_FOR_TABLE", "200ms")
    upgrade(begun)
    before = catalogue(begun)
    named = psycopg.connect(begun.conninfo, application_name="a long report")
    with named as reader:
        reader.execute("select * from racing.laps")
        with pytest.raises(CannotWork) as problem:
            downgrade(begun, "0002")
        assert "nothing was changed" in str(problem.value)
        assert "racing.laps is in use by a long report" in str(problem.value)
        assert f"pg_terminate_backend({reader.info.backend_pid})" in str(problem.value)
        assert str(problem.value).isprintable()
    assert catalogue(begun) == before
    downgrade(begun, "0002")
    upgrade(begun)
    assert catalogue(begun) == before


def test_no_migration_waits_for_a_table_longer_than_readers_can_bear() -> None:
    assert migrate.WAIT_FOR_TABLE == "5s"


def test_the_schema_does_not_change_under_a_crawl(begun: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "TIMEOUT", "200ms")
    upgrade(begun, "0002")
    with hold_locks(begun, Job.CRAWL), pytest.raises(LockHeld) as problem:
        upgrade(begun)
    assert f"cannot migrate the schema while crawl (pid {os.getpid()} on " in str(problem.value)
    upgrade(begun)
    assert is_at_head(begun)


def test_no_crawl_begins_while_the_schema_changes(begun: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "TIMEOUT", "200ms")
    upgrade(begun)
    migrating = psycopg.connect(begun.conninfo, application_name="migration, pid 7 on host")
    with migrating as connection:
        locks.lock_schema(connection)
        with (
            pytest.raises(LockHeld, match=r"cannot start while migration \(pid 7 on host, since .* is running"),
            hold_locks(begun, Job.CRAWL),
        ):
            pytest.fail("the crawl began")
    with hold_locks(begun, Job.CRAWL):
        pass


def plant(database: Database, connection: psycopg.Connection, revision: str, what_happens: sql.Composable) -> int:
    """Let something happen within a revision, once MOVE_FAULT says at which statement; how many of them it has."""
    connection.execute(sql.SQL(PLANT_FAULT).format(what_happens))
    upgrade(database, revision)
    (statements,) = connection.execute("select last_value from planted.statements").fetchone() or (0,)
    downgrade(database, "-1")
    return int(statements)


def up_to_before(database: Database, revision: str) -> Catalogue:
    if revision != REVISIONS[0]:
        upgrade(database, REVISIONS[REVISIONS.index(revision) - 1])
    return catalogue(database)


@contextmanager
def kept_from_noting_its_revision(database: Database) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """Lets a migration do everything but its very last statement; who holds it up, and a connection to look on."""
    with psycopg.connect(database.conninfo) as connection, psycopg.connect(database.conninfo, autocommit=True) as other:
        connection.execute("lock table alembic_version in share mode")
        yield connection, other
