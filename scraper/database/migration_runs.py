"""Alembic's commands on one database, with one line for each way in which they can fail."""

from argparse import Namespace
from collections.abc import Callable
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.database.diagnosis import server_message
from scraper.errors import CannotWork

# Whoever is in a transaction with one of our tables, longest first.
_IN_THE_WAY = """
select activity.pid, activity.application_name, activity.xact_start, locks.relation::regclass::text
from pg_locks as locks
inner join pg_stat_activity as activity using (pid)
inner join pg_class as classes on locks.relation = classes.oid
inner join pg_namespace as namespaces on classes.relnamespace = namespaces.oid
where locks.granted and namespaces.nspname in ('raw', 'staging', 'intermediate', 'racing', 'analytics', 'public')
    and locks.database = (select oid from pg_database where datname = current_database())
    and locks.pid <> pg_backend_pid()
order by activity.xact_start
limit 1
"""


def alembic_config(database: Database) -> AlembicConfig:
    """Alembic's configuration for one database; the URL travels as an object, never through an ini file."""
    config = AlembicConfig(toml_file=REPOSITORY / "pyproject.toml")
    config.attributes["database"] = database
    return config


def upgrade(database: Database, revision: str) -> None:
    """See `scraper.database.migrate.upgrade`."""
    _run(database, command.upgrade, alembic_config(database), revision)


def downgrade(database: Database, revision: str, *, delete_pages: bool) -> None:
    """See `scraper.database.migrate.downgrade`."""
    config = alembic_config(database)
    config.cmd_opts = Namespace(x=["delete_pages=yes"] if delete_pages else [])
    _run(database, command.downgrade, config, revision)


def _run(database: Database, do: Callable[..., None], *arguments: Any) -> None:
    try:
        do(*arguments)
    except CommandError as problem:
        raise CannotWork(f"cannot migrate {database.described}: {problem}") from None
    except DBAPIError as problem:
        raise CannotWork(_why_not(database, problem.orig)) from None


def _why_not(database: Database, problem: BaseException | None) -> str:
    beginning = f"cannot migrate {database.described}, and nothing was changed"
    if isinstance(problem, psycopg.errors.LockNotAvailable):
        return f"{beginning}: {_who_is_in_the_way(database)}"
    if isinstance(problem, psycopg.errors.InsufficientPrivilege):
        return (
            f"{beginning}: {server_message(problem)}; run make migrate once with a DATABASE_URL whose user owns the "
            "database, then this again"
        )
    said = server_message(problem) if isinstance(problem, psycopg.Error) else str(problem)
    return f"{beginning}: {said}; mend that and run this again"


def _who_is_in_the_way(database: Database) -> str:
    with psycopg.connect(database.conninfo) as connection:
        found = connection.execute(_IN_THE_WAY).fetchone()
    if found is None:
        return "a table was in use by a session that has just ended; run this again"
    process, name, since, table = found
    told = f" since {since:%Y-%m-%d %H:%M:%S %Z}" if since else ""
    return (
        f"{table} is in use by {name or 'an unnamed session'} (server process {process}){told}; run this again when "
        f"that has ended, or end it with: select pg_terminate_backend({process})"
    )
