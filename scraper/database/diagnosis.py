"""Why a database cannot be used, in one line: asked of the server, since its messages may be in any language."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

_DISK_FULL = "the disk of the database is full ({}): free space there and run this again; nothing stored is lost"
_GONE = "the database went away or is busy ({}): run this again; nothing stored is lost; see also make doctor"
# What dbt hands on of an error is its text alone. A server that speaks another language is not understood.
_SIGNS = {
    "No space left on device": _DISK_FULL,
    "server closed the connection": _GONE,
    "terminating connection": _GONE,
    "connection to server": _GONE,
    "connection already closed": _GONE,
}


def explain_connection_error(parameters: Mapping[str, str], problem: psycopg.Error) -> str:
    """One line for a connection that failed, with the next thing to do. Shows no password."""
    user, database = parameters.get("user", "the default user"), parameters["dbname"]
    host, port = parameters.get("host", "the default socket"), parameters.get("port", "5432")
    answer = Ping(PGconn.ping(make_conninfo(**parameters).encode()))
    if answer == Ping.NO_RESPONSE:
        return (
            f"cannot reach PostgreSQL at {host}:{port}: start it there, correct host and port in DATABASE_URL, "
            "or leave DATABASE_URL blank for the embedded server"
        )
    if answer == Ping.REJECT:
        return f"PostgreSQL at {host}:{port} is starting up or shutting down: try again in a minute"
    if _is_missing(parameters):
        return (
            f"PostgreSQL at {host}:{port} has no database {database}: "
            f"make it with createdb -h {host} -p {port} -U {user} -E UTF8 -T template0 {database}"
        )
    return (
        f"PostgreSQL at {host}:{port} lets {user} not into {database} ({server_message(problem)}): "
        "check user and password in DATABASE_URL, and percent-encode any of @ : / ? # % in the password"
    )


def explain_error(problem: psycopg.Error) -> str:
    """One line for an error in the midst of work, with the next thing to do."""
    said = server_message(problem)
    if isinstance(problem, psycopg.errors.DiskFull):
        return _DISK_FULL.format(said)
    if isinstance(problem, psycopg.errors.InsufficientPrivilege):
        return f"the database refuses ({said}): use a login that may, or see make doctor for a grant that is missing"
    if isinstance(problem, psycopg.OperationalError):
        return _GONE.format(said)
    return f"the database cannot do that ({said}): see make doctor"


def explain_outage(words: str) -> str | None:
    """The same of dbt's words for an error, if they tell of a full disk or of a server that is gone; else None."""
    what_happened = next((line for sign, line in _SIGNS.items() if sign in words), None)
    return what_happened and what_happened.format(" ".join(words.partition("HINT:")[0].split()))


def server_message(problem: psycopg.Error) -> str:
    """What the server itself said, on one line."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return lines[0].rpartition("FATAL:")[2].strip(" .") if lines else "it does not say why"


def is_pooled_by_transaction(connection: psycopg.Connection[Any], parameters: Mapping[str, str]) -> bool:
    """Whether a pooler lends this connection's server process to others between transactions.

    Locks that belong to a session would then belong to nobody in particular.
    """
    process = _server_process(connection)
    if process == connection.info.backend_pid:
        return False
    # A pooler stands between, for it made up the number we were told. One that lends gives a second client the
    # process that the first, idle now, used a moment ago.
    with psycopg.connect(make_conninfo(**parameters), autocommit=True) as second:
        return process == _server_process(second)


def _server_process(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("select pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0


def _is_missing(parameters: Mapping[str, str]) -> bool:
    """Whether the same user gets into the database `postgres`, and the wanted one is not in the catalogue there."""
    try:
        with psycopg.connect(make_conninfo(**{**parameters, "dbname": "postgres"}), autocommit=True) as connection:
            wanted = connection.execute("select 1 from pg_database where datname = %s", [parameters["dbname"]])
            return wanted.fetchone() is None
    except psycopg.Error:
        return False
