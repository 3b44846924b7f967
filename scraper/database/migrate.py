"""Migrate a database to the newest schema. Alembic does the work; `migrations/env.py` takes the locks.

Alembic is imported only for a migration: the import takes longer than a command needs on a migrated database.
"""

import logging
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from scraper.config import REPOSITORY, Config
from scraper.database.connection import Database, open_database
from scraper.database.diagnosis import server_message
from scraper.errors import CannotWork
from scraper.quiet import news

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # it names its own parts when it is imported

MIGRATIONS = REPOSITORY / "migrations"
# The schema of Alembic's version table; named, so that no search_path decides.
VERSION_SCHEMA = "public"
# While a migration waits for a table, later readers of the table wait behind it. So it gives up soon, and has to be run
# again.
WAIT_FOR_TABLE = "5s"

# The oldest transaction that uses one of our tables.
_BLOCKER = """
select activity.pid, activity.application_name, activity.xact_start, locks.relation::regclass::text
from pg_locks as locks
inner join pg_stat_activity as activity using (pid)
inner join pg_class as classes on locks.relation = classes.oid
inner join pg_namespace as namespaces on classes.relnamespace = namespaces.oid
where locks.granted and namespaces.nspname in
        ('raw', 'staging', 'intermediate', 'racing', 'analytics', 'jobs', 'public')
    and locks.database = (select oid from pg_database where datname = current_database())
    and locks.pid <> pg_backend_pid()
order by activity.xact_start
limit 1
"""


def open_migrated(config: Config) -> Database:
    """Open the database of this run, and apply the migrations that are missing.

    Raises what `open_database` and `upgrade` raise, and CannotWork for a schema that is newer than this code.
    """
    database = open_database(config)
    with database.connect() as connection:
        found, newest = revision_of(connection), newest_revision()
        if found and found > newest:
            raise CannotWork(f"{schema_problem(connection)}, or give another DATABASE_URL")
    if found != newest:
        upgrade(database)
        news()
        print(f"Migrated {database.described} to {newest}.", flush=True)
    return database


def newest_revision() -> str:
    """Return the revision that this code needs. Revisions are numbered, and their file names begin with the number."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision_of(connection: psycopg.Connection[Any]) -> str | None:
    """Return the newest migration of the database; None where there is none."""
    there = connection.execute("select to_regclass(%s)", [f"{VERSION_SCHEMA}.alembic_version"]).fetchone()
    if there is None or there[0] is None:
        return None
    version = connection.execute("select version_num from public.alembic_version").fetchone()
    return str(version[0]) if version else None


def schema_problem(connection: psycopg.Connection[Any]) -> str | None:
    """Say why this code cannot work on the database's schema, and what to do; None when it can."""
    found, newest = revision_of(connection), newest_revision()
    if found == newest:
        return None
    if found is None:
        return "the database has no tables yet: run make migrate, or start with make crawl"
    if found > newest:
        return f"the schema is at migration {found}, and this code knows {newest} at most: update the code"
    return f"the schema is at migration {found}, and this code needs {newest}: run make migrate"


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the missing migrations up to `revision`, all or none; a second caller waits for the first.

    Raises LockHeld while a job is running, CannotWork when a table is in use, a right is missing or a statement fails.
    """
    from alembic import command  # noqa: PLC0415 - see above

    with _explained_failures(database):
        command.upgrade(alembic_config(database), revision)


def downgrade(database: Database, revision: str, *, delete_pages: bool = False) -> None:
    """Revert migrations down to `revision` (`base` for all): their tables and rows are dropped.

    Raises CannotWork, and changes nothing, when that would drop stored pages and `delete_pages` is False.
    """
    from alembic import command  # noqa: PLC0415 - see above

    config = alembic_config(database)
    config.cmd_opts = Namespace(x=["delete_pages=yes"] if delete_pages else [])
    with _explained_failures(database):
        command.downgrade(config, revision)


def alembic_config(database: Database) -> "AlembicConfig":
    """Return Alembic's configuration for one database. The URL is passed as an object, never through an ini file."""
    from alembic.config import Config as AlembicConfig  # noqa: PLC0415 - see above

    config = AlembicConfig(toml_file=REPOSITORY / "pyproject.toml")
    config.attributes["database"] = database
    return config


@contextmanager
def _explained_failures(database: Database) -> Iterator[None]:
    from alembic.util import CommandError  # noqa: PLC0415 - see above
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    try:
        yield
    except CommandError as problem:
        raise CannotWork(f"cannot migrate {database.described}: {problem}") from None
    except DBAPIError as problem:
        raise CannotWork(_failure(database, problem.orig)) from None


def _failure(database: Database, problem: BaseException | None) -> str:
    beginning = f"cannot migrate {database.described}, and nothing was changed"
    if isinstance(problem, psycopg.errors.LockNotAvailable):
        return f"{beginning}: {_blocker(database)}"
    reason = server_message(problem) if isinstance(problem, psycopg.Error) else str(problem)
    if isinstance(problem, psycopg.errors.InsufficientPrivilege):
        return (
            f"{beginning}: {reason}; run make migrate once with a DATABASE_URL whose user owns the database, "
            "then run this again"
        )
    return f"{beginning}: {reason}; fix that and run this again"


def _blocker(database: Database) -> str:
    with database.connect() as connection:
        found = connection.execute(_BLOCKER).fetchone()
    if found is None:
        return "a table was in use by a transaction that has just ended; run this again"
    pid, name, start, table = found
    since = f", since {start:%Y-%m-%d %H:%M:%S %Z}" if start else ""
    return (
        f"{table} is in use by {name or 'an unnamed connection'} (server process {pid}{since}); run this again when "
        f"that has ended, or end it with: select pg_terminate_backend({pid})"
    )
