"""The queue: procrastinate, whose tables are in the schema of the jobs.

What is to be done is in `jobs.jobs`. The queue carries one message, "look at the jobs", to one of the workers:
once for each new job, and again when a waiting job is due.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import configure_task
from psycopg_pool import AsyncConnectionPool

from scraper.database.connection import Database
from scraper.database.connection_settings import STATE_SETTINGS
from scraper.database.roles import Role, assume, assume_async

LOOK = "look"
"""The name of the task."""

_SEARCH_PATH = "select pg_catalog.set_config('search_path', 'pg_catalog, jobs', %s)"

# Deferring on a connection that is given needs no connection of the connector.
_unconnected = App(connector=PsycopgConnector())


def connect(database: Database, application_name: str) -> psycopg.Connection[Any]:
    """Connect with the rights of the service, in autocommit mode. The caller closes the connection."""
    connection = database.connect(application_name=application_name, autocommit=True)
    assume(connection, Role.SERVICE)
    return connection


def send_look(connection: psycopg.Connection[Any], at: datetime | None = None) -> None:
    """Let a worker look at the jobs, now or at a time. It is sent when the transaction of the connection commits.

    The connection may have any search_path. A message for the same time is sent once.
    """
    once = f"{LOOK} {at.isoformat()}" if at else None
    with connection.transaction():
        connection.execute(_SEARCH_PATH, [True])
        if once is None or not _is_sent(connection, once):
            message = configure_task(
                name=LOOK,
                job_manager=_unconnected.job_manager,
                schedule_at=at,
                queueing_lock=once,
                connection=connection,
            )
            # Another worker may have sent it since, so a savepoint.
            with suppress(AlreadyEnqueued), connection.transaction():
                message.defer()
        connection.execute("select pg_catalog.set_config('search_path', 'pg_catalog', true)")


def _is_sent(connection: psycopg.Connection[Any], queueing_lock: str) -> bool:
    query = "select from jobs.procrastinate_jobs where queueing_lock = %s and status = 'todo'"
    return connection.execute(query, [queueing_lock]).fetchone() is not None


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[App]:
    """Yield an application of procrastinate with connections of its own, for a worker."""
    app = App(
        connector=PsycopgConnector(
            conninfo=database.conninfo,
            kwargs={"application_name": "worker queue"},
            min_size=1,
            max_size=3,  # one for the worker, one for its heartbeat, one for messages that are sent
            configure=_configure,
            pool_factory=AsyncConnectionPool,
        )
    )
    async with app.open_async():
        yield app


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    """State the settings that the code relies on, but let the queue's own names be found, which have no schema."""
    await connection.execute(STATE_SETTINGS)
    await connection.execute(_SEARCH_PATH, [False])
    await assume_async(connection, Role.SERVICE)
    await connection.commit()
