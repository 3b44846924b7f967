"""Locks are visible to every login, and end with the process that holds them."""

import subprocess
import sys

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.jobs import Job, hold_locks
from scraper.database.locks import Lock, lock_holders
from scraper.errors import LockHeld
from tests.support.commands_runner import Commands
from tests.support.waiting import wait_for

HOLD = """
import sys
from scraper.config import load_config
from scraper.database.connection import open_database
from scraper.database.jobs import Job, hold_locks
with hold_locks(open_database(load_config()), Job.CRAWL):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_holder_is_named_and_a_killed_process_holds_nothing(database: Database) -> None:
    environment = Commands(database, REPOSITORY).environment
    with (
        subprocess.Popen(
            [sys.executable, "-c", HOLD],
            env=environment,
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        psycopg.connect(database.conninfo, autocommit=True) as connection,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert {holder.lock for holder in lock_holders(connection)} == {Lock.CRAWL, Lock.SCHEMA}
        with (
            pytest.raises(LockHeld, match=rf"while crawl \(pid {process.pid} on .*, since 20.* is running"),
            hold_locks(database, Job.CRAWL),
        ):
            pytest.fail("two crawls at once")
        with hold_locks(database, Job.TRANSFORM):
            pass
        process.kill()
        process.wait()
        wait_for(lambda: not lock_holders(connection))
    with hold_locks(database, Job.CRAWL):
        pass


@pytest.mark.parametrize(
    ("running", "excluded"),
    [
        (Job.CRAWL, {Job.CRAWL, Job.REPARSE, Job.VERIFY}),
        (Job.REPARSE, {Job.CRAWL, Job.REPARSE, Job.VERIFY}),
        (Job.TRANSFORM, {Job.TRANSFORM, Job.DBT, Job.VERIFY, Job.EXPORT}),
        (Job.DBT, {Job.TRANSFORM, Job.DBT, Job.VERIFY, Job.EXPORT}),
        (Job.VERIFY, set(Job)),
        (Job.EXPORT, {Job.TRANSFORM, Job.DBT, Job.VERIFY}),
    ],
)
def test_each_job_excludes_those_that_would_disturb_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, running: Job, excluded: set[Job]
) -> None:
    monkeypatch.setattr("scraper.database.locks.TIMEOUT", "1ms")
    refused = set()
    with hold_locks(database, running):
        for job in Job:
            try:
                with hold_locks(database, job):
                    pass
            except LockHeld:
                refused.add(job)
    assert refused == excluded


def test_a_login_without_the_right_to_see_more_sees_the_name_of_a_holder(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as other:
        other.execute("set role practice_reader")
        with hold_locks(database, Job.CRAWL):
            holders = [str(holder) for holder in lock_holders(other, Lock.CRAWL)]
    assert len(holders) == 1
    assert holders[0].startswith("crawl (pid ")
    assert "since" not in holders[0]
