"""Checks of the database server: version, encryption, clock, collation."""

from collections.abc import Iterator
from typing import Any

import psycopg

from scraper.database.clock import clock_warning
from scraper.database.connection import Database
from scraper.doctor.check import Check, ok, problem, warning

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_server(connection: psycopg.Connection, database: Database) -> Iterator[Check]:
    """Report the server's version and the database's size, and check the encryption of a remote connection."""
    version = connection.info.parameter_status("server_version")
    size = _value(connection, "select pg_size_pretty(pg_database_size(current_database()))")
    yield ok("server", f"PostgreSQL {version}: {database.described}, {size}")
    host = database.parameters["host"]
    if host.startswith("/") or host in _LOOPBACK:
        return
    if not connection.pgconn.ssl_in_use:
        yield warning("server", f"the connection to {host} is not encrypted: add ?sslmode=verify-full to DATABASE_URL")
    elif database.parameters.get("sslmode") != "verify-full":
        yield warning("server", f"{host} does not prove its identity: add ?sslmode=verify-full to DATABASE_URL")


def check_clock(connection: psycopg.Connection) -> Iterator[Check]:
    """Compare this machine's clock with the database's."""
    wrong = clock_warning(connection)
    yield warning("clock", wrong) if wrong else ok("clock", "this machine and the database agree")


def check_collation(connection: psycopg.Connection) -> Iterator[Check]:
    """Check that the database ignores case in every script, as the comparison of names needs."""
    if _value(connection, "select lower('ÉØŁ')") == "éøł":
        yield ok("collation", "UTF-8; lower() works for all scripts")
    else:
        yield problem(
            "collation",
            "lower() works for ASCII only, so É and é would be two names: "
            "recreate the database with createdb -E UTF8 --locale=C.UTF-8 -T template0",
        )


def check_killed_clients(connection: psycopg.Connection) -> Iterator[Check]:
    """Check that the server notices a killed client before the client's statement ends."""
    if _value(connection, "show client_connection_check_interval") == "0":
        name = psycopg.sql.Identifier(connection.info.dbname).as_string(connection)
        yield warning(
            "server",
            "a killed transform keeps its locks until its statement ends: "
            f"alter database {name} set client_connection_check_interval = '500ms'",
        )


def check_writable(connection: psycopg.Connection) -> Iterator[Check]:
    """Check that the server takes writes."""
    if _value(connection, "select pg_is_in_recovery()"):
        yield problem("server", "a standby takes no writes: set DATABASE_URL to the primary server")
    elif _value(connection, "show default_transaction_read_only") == "on":
        yield problem(
            "server",
            "transactions are read-only, by default_transaction_read_only of the server, the database, the role or "
            "PGOPTIONS: reset it there",
        )


def _value(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
