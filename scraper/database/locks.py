"""Advisory locks of the project, and who holds them. `scraper.database.jobs` says which job holds which.

A lock belongs to a connection and ends with it, so a killed process leaves no lock behind.
"""

import os
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

import psycopg

from scraper.errors import LockHeld

# First half of our two-part advisory-lock keys; arbitrary, but must be unique in the database.
PROJECT = 7215
# A migration or a transform usually takes less, so a job waits this long for one of them. A crawl may take hours.
TIMEOUT = "30s"
# PostgreSQL cuts application names after this many bytes, with a notice.
_LONGEST_APPLICATION_NAME = 63

_HOLDERS = """
select locks.objid, locks.mode = 'ExclusiveLock', activity.application_name, activity.backend_start
from pg_locks as locks
inner join pg_stat_activity as activity using (pid)
where locks.locktype = 'advisory' and locks.granted and locks.classid = %s and locks.objsubid = 2
    and locks.database = (select oid from pg_database where datname = current_database())
    and locks.pid <> pg_backend_pid()
order by activity.backend_start
"""


class Lock(IntEnum):
    """What is locked; the number is the second half of the key."""

    CRAWL = 1
    """The raw tables, against a second writer."""
    TRANSFORM = 2
    """The final schema. A transform holds it exclusively, exports share it."""
    SCHEMA = 3
    """The tables' definitions. All jobs share it, a migration holds it exclusively."""
    WORKER = 4
    """The running jobs of the service, against a second worker."""


@dataclass(frozen=True)
class Holder:
    """A connection that holds one of the locks; `since` is None where this login may not see it."""

    lock: int
    is_exclusive: bool
    application_name: str
    since: datetime | None

    def __str__(self) -> str:
        """Return `crawl (pid 4711 on host, since 2025-10-25 21:14:03 UTC)`."""
        job, _, process = (self.application_name or "an unnamed connection").partition(", ")
        details = [process, f"since {self.since:%Y-%m-%d %H:%M:%S %Z}" if self.since else ""]
        known = ", ".join(detail for detail in details if detail)
        return f"{job} ({known})" if known else job


def application_name(job: str) -> str:
    """Return the name of a job in `pg_stat_activity`: `crawl, pid 4711 on host`."""
    return f"{job}, pid {os.getpid()} on {socket.gethostname()}"[:_LONGEST_APPLICATION_NAME]


def lock_holders(connection: psycopg.Connection[Any], lock: Lock | None = None) -> Sequence[Holder]:
    """Return every other connection that holds `lock`, or any of the locks, in this database; oldest first."""
    holders = [Holder(*row) for row in connection.execute(_HOLDERS, [PROJECT]).fetchall()]
    return [holder for holder in holders if lock in (None, holder.lock)]


def take_locks(connection: psycopg.Connection[Any], exclusive: Collection[Lock], shared: Collection[Lock]) -> None:
    """Hold these locks until the connection, which is in autocommit mode, ends.

    Raises LockHeld at once when an exclusive lock is taken, and after TIMEOUT when a shared one is.
    """
    for lock in exclusive:
        row = connection.execute("select pg_try_advisory_lock(%s, %s)", [PROJECT, lock]).fetchone()
        if row is None or not row[0]:
            raise _refusal(connection, lock, "cannot start while")
    connection.execute("select set_config('lock_timeout', %s, false)", [TIMEOUT])
    for lock in shared:
        try:
            connection.execute("select pg_advisory_lock_shared(%s, %s)", [PROJECT, lock])
        except psycopg.errors.LockNotAvailable:
            raise _refusal(connection, lock, "cannot start while") from None
    connection.execute("reset lock_timeout")


def lock_schema(connection: psycopg.Connection[Any]) -> None:
    """Hold the schema lock exclusively until this transaction ends. Raises LockHeld when a job is still running."""
    try:
        connection.execute("select set_config('lock_timeout', %s, true)", [TIMEOUT])
        connection.execute("select pg_advisory_xact_lock(%s, %s)", [PROJECT, Lock.SCHEMA])
    except psycopg.errors.LockNotAvailable:
        connection.rollback()
        raise _refusal(connection, Lock.SCHEMA, "cannot migrate the schema while") from None


def _refusal(connection: psycopg.Connection[Any], lock: Lock, beginning: str) -> LockHeld:
    running = " and ".join(map(str, lock_holders(connection, lock)))
    if not running:
        return LockHeld("another job was running and has just ended: run this again")
    return LockHeld(f"{beginning} {running} is running: wait for it or stop it, then run this again", running)
