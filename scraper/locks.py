"""One crawl at a time and one transform at a time on a database, whoever starts them."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import psycopg

from scraper.database import Database
from scraper.errors import LockHeld
from scraper.lock_holders import PROJECT, ProjectLock, lock_holders
from scraper.schema_lock import share_schema


class Job(IntEnum):
    """What only one process at a time may do."""

    CRAWL = ProjectLock.CRAWL
    TRANSFORM = ProjectLock.TRANSFORM


@contextmanager
def only_one(database: Database, job: Job) -> Iterator[psycopg.Connection]:
    """Hold the lock of a job, and keep migrations away; raises LockHeld when another process does either.

    The lock lives on a connection of its own, which it yields, and dies with it: a killed process leaves none behind.
    """
    name = f"{job.name.lower()} by process {os.getpid()} on {socket.gethostname()}"[:63]
    with psycopg.connect(database.conninfo, application_name=name, autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s, %s)", [PROJECT, job]).fetchone()
        if row is None or not row[0]:
            raise LockHeld(_who_holds(connection, job))
        share_schema(connection)
        yield connection


def _who_holds(connection: psycopg.Connection, job: Job) -> str:
    holders = [str(holder) for holder in lock_holders(connection) if holder.lock == job]
    who = ", ".join(holders) or "a process that has just ended"
    return f"another {job.name.lower()} is running: {who}; wait for it to end, or stop it, and run this again"
