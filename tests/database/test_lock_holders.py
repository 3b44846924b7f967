"""Locks are seen by everyone, and die with their holder."""

import subprocess
import sys

import psycopg
import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.lock_holders import ProjectLock, lock_holders
from scraper.database.locks import Job, only_one
from scraper.errors import LockHeld
from tests.support.commands_runner import Commands
from tests.support.waiting import wait_for

HOLD = """
import sys
from scraper.config import load_config
from scraper.database.connection import open_database
from scraper.database.locks import Job, only_one
with only_one(open_database(load_config()), Job.CRAWL):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_holder_is_named_and_a_killed_one_holds_nothing(database: Database) -> None:
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
        assert {holder.lock for holder in lock_holders(connection)} == {ProjectLock.CRAWL, ProjectLock.SCHEMA}
        with (
            pytest.raises(LockHeld, match=f"crawl by process {process.pid} on .* since 20"),
            only_one(database, Job.CRAWL),
        ):
            pytest.fail("two crawls at once")
        with only_one(database, Job.TRANSFORM):
            pass
        process.kill()
        process.wait()
        wait_for(lambda: not lock_holders(connection))
    with only_one(database, Job.CRAWL):
        pass


def test_a_name_without_its_age_is_shown_to_logins_that_may_not_see_more(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as other:
        other.execute("set role practice_reader")
        with only_one(database, Job.CRAWL):
            holders = [str(holder) for holder in lock_holders(other) if holder.lock == ProjectLock.CRAWL]
    assert len(holders) == 1
    assert holders[0].startswith("crawl by process ")
    assert "since" not in holders[0]
