"""Explain in one line why a database cannot be used. Its messages may be in any language, so the server is probed."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

_DISK_FULL = "the database's disk is full ({}): free space there and run this again; nothing that was stored is lost"
_GONE = (
    "the connection to the database was lost ({}): run this again, or see make doctor; nothing that was stored is lost"
)
_ENDED = "the server ended a statement ({}): raise statement_timeout for this login, then run this again"
# dbt passes on the text of an error only; that of a server in another language is not recognized.
_SIGNS = {
    "No space left on device": _DISK_FULL,
    "canceling statement due to statement timeout": _ENDED,
    "server closed the connection": _GONE,
    "terminating connection": _GONE,
    "connection to server": _GONE,
    "connection already closed": _GONE,
}


def explain_connection_error(parameters: Mapping[str, str], problem: psycopg.Error) -> str:
    """Explain a failed connection in one line, with a remedy. Shows no password."""
    user, database = parameters.get("user", "the default user"), parameters["dbname"]
    host, port = parameters.get("host", "the default socket"), parameters.get("port", "5432")
    ping = Ping(PGconn.ping(make_conninfo(**parameters).encode()))
    if ping == Ping.NO_RESPONSE:
        return (
            f"cannot reach PostgreSQL at {host}:{port}: start it there, correct host and port in DATABASE_URL, "
            "or leave DATABASE_URL blank for the embedded server"
        )
    if ping == Ping.REJECT:
        return f"PostgreSQL at {host}:{port} is starting up or shutting down: try again in a minute"
    if _is_missing(parameters):
        return (
            f"PostgreSQL at {host}:{port} has no database {database}: "
            f"create it with createdb -h {host} -p {port} -U {user} -E UTF8 -T template0 {database}"
        )
    return (
        f"login to database {database} at {host}:{port} as {user} failed ({server_message(problem)}): "
        "check user and password in DATABASE_URL, and percent-encode any of @ : / ? # % in the password"
    )


def explain_error(problem: psycopg.Error) -> str:
    """Explain an error of a statement in one line, with a remedy."""
    reason = server_message(problem)
    if isinstance(problem, psycopg.errors.DiskFull):
        return _DISK_FULL.format(reason)
    if isinstance(problem, psycopg.errors.InsufficientPrivilege):
        return f"the login lacks a right ({reason}): see make doctor for the missing grant, or use another login"
    if isinstance(problem, psycopg.errors.ReadOnlySqlTransaction):
        return (
            f"the database takes no writes from this login ({reason}): it is a standby, or "
            "default_transaction_read_only is on for this role or database; reset it, or use another login"
        )
    if isinstance(problem, psycopg.errors.QueryCanceled):
        return _ENDED.format(reason)
    if isinstance(problem, psycopg.OperationalError):
        return _GONE.format(reason)
    return f"the database refused a statement ({reason}): see make doctor"


def explain_outage(message: str) -> str | None:
    """Explain dbt's message of a full disk, a lost connection or a statement that took too long; None for others."""
    explanation = next((line for sign, line in _SIGNS.items() if sign in message), None)
    return explanation and explanation.format(" ".join(message.partition("HINT:")[0].split()))


def server_message(problem: psycopg.Error) -> str:
    """Return the server's own message, on one line."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return lines[0].rpartition("FATAL:")[2].strip(" .") if lines else "no reason given"


def is_pooled_by_transaction(connection: psycopg.Connection[Any], parameters: Mapping[str, str]) -> bool:
    """Whether a pooler gives this connection's server process to other clients between transactions.

    Advisory locks of a connection would then not belong to one client.
    """
    process = _server_process(connection)
    if process == connection.info.backend_pid:
        return False
    # The process id differs, so it is a pooler's. In transaction mode a second client gets the process that the first
    # one, which is idle now, has just used.
    with psycopg.connect(make_conninfo(**parameters), autocommit=True) as second:
        return process == _server_process(second)


def _server_process(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("select pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0


def _is_missing(parameters: Mapping[str, str]) -> bool:
    """Whether the same user can log in to database `postgres`, and its catalogue lacks the wanted database."""
    try:
        with psycopg.connect(make_conninfo(**{**parameters, "dbname": "postgres"}), autocommit=True) as connection:
            wanted = connection.execute("select 1 from pg_database where datname = %s", [parameters["dbname"]])
            return wanted.fetchone() is None
    except psycopg.Error:
        return False
