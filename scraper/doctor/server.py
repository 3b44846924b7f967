"""The database server: version, how the way to it is guarded, clock and letters."""

from collections.abc import Iterator
from typing import Any

import psycopg

from scraper.database.clock import clock_warning
from scraper.database.connection import Database
from scraper.doctor.finding import Finding, ok, problem, warning

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_server(connection: psycopg.Connection, database: Database) -> Iterator[Finding]:
    """Which server this is, and how large the database."""
    version = connection.info.parameter_status("server_version")
    size = _value(connection, "select pg_size_pretty(pg_database_size(current_database()))")
    yield ok("server", f"PostgreSQL {version}: {database.described}, {size}")
    host = database.parameters["host"]
    if host.startswith("/") or host in _LOOPBACK:
        return
    if not connection.pgconn.ssl_in_use:
        yield warning("server", f"nothing is encrypted on the way to {host}: add ?sslmode=verify-full to DATABASE_URL")
    elif database.parameters.get("sslmode") != "verify-full":
        yield warning("server", f"anyone could pose as {host}: add ?sslmode=verify-full to DATABASE_URL")


def check_clock(connection: psycopg.Connection) -> Iterator[Finding]:
    """Compare this machine's clock with the database's."""
    wrong = clock_warning(connection)
    yield warning("clock", wrong) if wrong else ok("clock", "this machine and the database agree")


def check_letters(connection: psycopg.Connection) -> Iterator[Finding]:
    """Names are compared without case, in any script."""
    if _value(connection, "select lower('ÉØŁ')") == "éøł":
        yield ok("letters", "UTF-8, and upper case is folded in every script")
    else:
        yield problem(
            "letters",
            "this database folds only ASCII, so that É and é are two names: "
            "make it anew with createdb -E UTF8 --locale=C.UTF-8 -T template0",
        )


def check_killed_clients(connection: psycopg.Connection) -> Iterator[Finding]:
    """Whether the server notices that a client was killed before its statement ends."""
    if _value(connection, "show client_connection_check_interval") == "0":
        name = psycopg.sql.Identifier(connection.info.dbname).as_string(connection)
        yield warning(
            "server",
            "a killed transform keeps its locks until its statement ends: "
            f"alter database {name} set client_connection_check_interval = '500ms'",
        )


def _value(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
