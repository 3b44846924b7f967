"""Connections to the database: some with the rights of readers, some with those of the service for the jobs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import psycopg
from fastapi import Depends, Request
from psycopg import IsolationLevel
from psycopg_pool import ConnectionPool

from scraper.database.connection import Database
from scraper.database.connection_settings import STATE_SETTINGS
from scraper.database.locks import application_name
from scraper.database.roles import Role, assume

MOST_READERS = 8
MOST_FOR_JOBS = 4
SECONDS_TO_WAIT = 5.0
"""How long a request waits for a connection that others use."""

_LIMITS = """
select
    pg_catalog.set_config('statement_timeout', '5s', false),
    pg_catalog.set_config('idle_in_transaction_session_timeout', '10s', false),
    pg_catalog.set_config('default_transaction_read_only', %s, false),
    pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', false)
"""
"""PostgreSQL would soon plan a search without regard to what is searched for, because its conditions are optional."""

_PLANS_FOR_ANY_DAY = "select pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)"

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Pools:
    """Connections in autocommit mode. A transaction on one of `readers` sees one snapshot."""

    readers: ConnectionPool[Connection]
    jobs: ConnectionPool[Connection]


@contextmanager
def opened(database: Database) -> Iterator[Pools]:
    """Yield the pools, which connect when they are used, and again after the database was gone."""
    with ExitStack() as stack:
        yield Pools(
            readers=stack.enter_context(_pool(database, MOST_READERS, _configure_reader)),
            jobs=stack.enter_context(_pool(database, MOST_FOR_JOBS, _configure_for_jobs)),
        )


@contextmanager
def day_snapshot(pools: Pools) -> Iterator[Connection]:
    """Yield a reader's connection in a transaction that sees one snapshot, for the rows of one day.

    The statements are planned once for each connection, whatever the day: it takes as long to plan as to read a day.
    """
    with pools.readers.connection() as connection, connection.transaction():
        connection.execute(_PLANS_FOR_ANY_DAY)
        yield connection


def _pool(database: Database, most: int, configure: Callable[[Connection], None]) -> ConnectionPool[Connection]:
    return ConnectionPool(
        database.conninfo,
        kwargs={"application_name": application_name("web"), "autocommit": True, "prepare_threshold": 0},
        min_size=1,
        max_size=most,
        timeout=SECONDS_TO_WAIT,
        reconnect_timeout=SECONDS_TO_WAIT,  # the pauses between attempts grow to a share of it
        max_waiting=100,
        max_lifetime=3600,
        open=False,
        configure=configure,
        check=ConnectionPool.check_connection,  # the server may have been restarted
    )


def _configure_reader(connection: Connection) -> None:
    connection.execute(STATE_SETTINGS)
    connection.execute(_LIMITS, ["on"])
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    assume(connection, Role.READER)


def _configure_for_jobs(connection: Connection) -> None:
    connection.execute(STATE_SETTINGS)
    connection.execute(_LIMITS, ["off"])
    assume(connection, Role.SERVICE)


def _pools_of(request: Request) -> Pools:
    pools: Pools = request.app.state.pools
    return pools


ThePools = Annotated[Pools, Depends(_pools_of)]
"""The pools, as a parameter of a path's function."""
