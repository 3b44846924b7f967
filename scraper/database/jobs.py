"""Jobs: which locks each holds, which role it works as, and how a command opens one."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

import psycopg

from scraper.config import Config
from scraper.database.connection import Database
from scraper.database.locks import Lock, application_name, take_locks
from scraper.database.migrate import open_migrated
from scraper.database.roles import Role, assume


class Job(Enum):
    """A command that excludes others. Every job shares the schema lock with all jobs but a migration."""

    CRAWL = ("crawl", Role.CRAWLER, (Lock.CRAWL,))
    REPARSE = ("reparse", Role.CRAWLER, (Lock.CRAWL,))
    TRANSFORM = ("transform", Role.TRANSFORMER, (Lock.TRANSFORM,))
    DBT = ("dbt", Role.TRANSFORMER, (Lock.TRANSFORM,))
    # A crawl in between would add pages that are not derived yet.
    VERIFY = ("verify", Role.TRANSFORMER, (Lock.CRAWL, Lock.TRANSFORM))
    # Any number of exports may read at once, none of them half of a transform.
    EXPORT = ("export", Role.READER, (), (Lock.TRANSFORM,))

    def __init__(self, label: str, role: Role, exclusive: tuple[Lock, ...], shared: tuple[Lock, ...] = ()) -> None:
        self.label = label
        self.role = role
        self.exclusive = exclusive
        self.shared = (*shared, Lock.SCHEMA)


@contextmanager
def open_job(config: Config, job: Job) -> Iterator[tuple[Database, psycopg.Connection]]:
    """Open the database of this run, at the newest migration, and hold the job's locks on the connection.

    The connection is in autocommit mode and has the rights of the job's role. Raises LockHeld when another job runs,
    and what `open_migrated` raises.
    """
    database = open_migrated(config)
    with hold_locks(database, job) as connection:
        assume(connection, job.role)
        yield database, connection


@contextmanager
def hold_locks(database: Database, job: Job) -> Iterator[psycopg.Connection]:
    """Hold the job's locks on a connection of its own, in autocommit mode. Raises LockHeld when another job runs.

    The locks are released before this returns: a server process releases those of a closed connection some time later.
    """
    name = application_name(job.label)
    with database.connect(application_name=name, autocommit=True) as connection:
        try:
            take_locks(connection, job.exclusive, job.shared)
            yield connection
        finally:
            with suppress(psycopg.Error):  # the connection is lost, and the locks with it
                connection.execute("select pg_advisory_unlock_all()")
