"""Bring a database to the newest migration. Alembic does the work; `migrations/env.py` holds the locks."""

from typing import Any

import psycopg

from scraper.config import REPOSITORY, Config
from scraper.database.connection import Database, open_database
from scraper.errors import CannotWork

MIGRATIONS = REPOSITORY / "migrations"
# Where Alembic notes the revision; named, so that no search_path decides.
VERSION_SCHEMA = "public"
# A table that is busy is not worth a queue of readers behind us (an ALTER that waits makes every later SELECT wait as
# well): give up and let the operator run it again.
WAIT_FOR_TABLE = "5s"


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the migrations that are missing, all or none; two callers at once wait for each other.

    Raises LockHeld while a crawl or transform is at work, CannotWork when a table is in use, the rights do not suffice
    or a statement fails.
    """
    _alembic().upgrade(database, revision)


def downgrade(database: Database, revision: str, *, delete_pages: bool = False) -> None:
    """Take migrations back down to `revision` (`base` for all): tables and their rows go.

    Raises CannotWork, and changes nothing, when stored pages would go and `delete_pages` does not say that they may.
    """
    _alembic().downgrade(database, revision, delete_pages=delete_pages)


def newest_revision() -> str:
    """The schema that this code was written for. Revisions are numbered, and their files begin with the number."""
    # Read off the names, since importing Alembic takes longer than all else that a command does before its work.
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision_of(connection: psycopg.Connection[Any]) -> str | None:
    """The newest migration that the database has; None where there is none."""
    there = connection.execute("select to_regclass(%s)", [f"{VERSION_SCHEMA}.alembic_version"]).fetchone()
    if there is None or there[0] is None:
        return None
    version = connection.execute("select version_num from public.alembic_version").fetchone()
    return str(version[0]) if version else None


def schema_problem(connection: psycopg.Connection[Any]) -> str | None:
    """Why this code cannot work on the database's schema as it is, and what to do; None when it can."""
    found, newest = revision_of(connection), newest_revision()
    if found == newest:
        return None
    if found is None:
        return "the database has no tables yet: make migrate makes them, and so does make crawl"
    if found > newest:
        return f"the schema is at migration {found}, and this code knows {newest} at most: update the code"
    return f"the schema is at migration {found}, and this code needs {newest}: run make migrate"


def is_at_head(database: Database) -> bool:
    """Whether the schema is the one that this code was written for."""
    with psycopg.connect(database.conninfo) as connection:
        return revision_of(connection) == newest_revision()


def open_migrated(config: Config) -> Database:
    """The database of this run at the newest migration; those that are missing are applied."""
    database = open_database(config)
    with psycopg.connect(database.conninfo) as connection:
        found, newest = revision_of(connection), newest_revision()
        if found and found > newest:
            raise CannotWork(f"{schema_problem(connection)}, or give another DATABASE_URL")
    if found != newest:
        upgrade(database)
        print(f"Database: {database.described}; its schema is up to date now.", flush=True)
    return database


def _alembic() -> Any:
    from scraper.database import migration_runs  # noqa: PLC0415 - takes longer to import than a migrated database needs it

    return migration_runs
