"""One crawl at a time and one transform at a time on a database, whoever starts them; exports between transforms."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import psycopg

from scraper.database.connection import Database
from scraper.database.lock_holders import PROJECT, ProjectLock, lock_holders
from scraper.database.schema_lock import PATIENCE, share_schema
from scraper.errors import LockHeld


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


@contextmanager
def no_transform(database: Database, reader: str) -> Iterator[None]:
    """Keep transforms and migrations away while `reader`, any number of them at once, looks at what they write.

    A transform that runs is waited for as long as one usually takes; raises LockHeld when it takes longer.
    """
    name = f"{reader} by process {os.getpid()} on {socket.gethostname()}"[:63]
    with psycopg.connect(database.conninfo, application_name=name, autocommit=True) as connection:
        try:
            connection.execute("select set_config('lock_timeout', %s, false)", [PATIENCE])
            connection.execute("select pg_advisory_lock_shared(%s, %s)", [PROJECT, Job.TRANSFORM])
        except psycopg.errors.LockNotAvailable:
            raise LockHeld(_who_holds(connection, Job.TRANSFORM)) from None
        share_schema(connection)
        yield


def _who_holds(connection: psycopg.Connection, job: Job) -> str:
    holders = [holder for holder in lock_holders(connection) if holder.lock == job]
    who = ", ".join(map(str, holders)) or "a process that has just ended"
    what = "another" if all(holder.is_alone for holder in holders) else "what must not see half of a"
    return f"{what} {job.name.lower()} is running: {who}; wait for it to end, or stop it, and run this again"
