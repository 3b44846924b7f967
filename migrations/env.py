"""Run migrations: one at a time, in one transaction, and never queueing long in front of readers."""

from collections.abc import Mapping
from typing import Any

from alembic import context
from alembic.operations.ops import MigrationScript
from sqlalchemy import text

from scraper.config import load_config
from scraper.database import migrate
from scraper.database.connection import Database, open_database
from scraper.database.locks import application_name, lock_schema
from scraper.database.tables import metadata


def owned_by_migrations(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """What autogenerate compares: not what dbt makes, nor the tables of the queue, and nothing outside the project."""
    if kind == "schema":
        return name in {"raw", "racing", "intermediate", "analytics", "jobs"}
    if kind == "table" and parents["schema_name"] in {"intermediate", "analytics", "jobs"}:
        return parents["schema_qualified_table_name"] in metadata.tables
    return True


def number_revision(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Give a new migration the next number: the newest schema is read from the file names."""
    for script in scripts:
        script.rev_id = f"{int(migrate.newest_revision()) + 1:04}"


def run() -> None:
    """Apply what Alembic asked for to the database that it was given, or to the configured one."""
    database: Database = context.config.attributes.get("database") or open_database(load_config())
    with database.engine(application_name("migration")).begin() as connection:
        lock_schema(connection.connection.driver_connection)
        connection.execute(text("select set_config('lock_timeout', :wait, true)"), {"wait": migrate.WAIT_FOR_TABLE})
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table_schema=migrate.VERSION_SCHEMA,
            include_schemas=True,
            include_name=owned_by_migrations,
            compare_server_default=True,
            process_revision_directives=number_revision,
        )
        context.run_migrations()


run()
