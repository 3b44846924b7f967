"""Databases for the tests: one server per worker process, templates that it makes when a test needs them, and copies.

Each template is made from the one before: migrated, transformed, and the season of `derived_season.py`. A copy takes
0.1 to 0.3 s, a run of dbt 4 s, or 7 s if it has to parse the project for a new database name. So databases have few
names: the first is that of all tests but those that have two databases, and the templates are filled under it, and
renamed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scraper.database.connection import Database, create_database, open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from tests.support.commands_runner import Commands

# Tests kill processes, not machines: pages that the operating system holds are safe.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
APPLICATION = "practice test"
NAMES = ("practice_test", "practice_second")
_taken: set[str] = set()
MIGRATED = "practice_migrated"
TRANSFORMED = "practice_transformed"


@pytest.fixture(scope="session")
def postgres_programs() -> Path | None:
    """The PostgreSQL to test with: that of TEST_POSTGRES_BIN, or None for the embedded one."""
    named = os.environ.get("TEST_POSTGRES_BIN")
    return Path(named) if named else None


@pytest.fixture(scope="session")
def postgres_server(
    tmp_path_factory: pytest.TempPathFactory, postgres_programs: Path | None
) -> Iterator[EmbeddedServer]:
    """A running server of this worker process."""
    server = EmbeddedServer(tmp_path_factory.mktemp("postgres"), postgres_programs, FORGETFUL)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dbt_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of dbt's artifacts: one per worker, so that a worker parses the project once."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="session")
def migrated_template(postgres_server: EmbeddedServer) -> str:
    """The name of a database with the newest schema, to copy."""
    upgrade(open_embedded(postgres_server, MIGRATED, APPLICATION))
    return MIGRATED


@pytest.fixture(scope="session")
def transformed_template(postgres_server: EmbeddedServer, migrated_template: str, dbt_artifacts: Path) -> str:
    """The name of a transformed database without pages, to copy: it has every table and view, and no rows."""
    with new_template(postgres_server, TRANSFORMED, migrated_template) as database:
        Commands(database, dbt_artifacts).succeed("transform")
    return TRANSFORMED


@pytest.fixture
def empty_database(postgres_server: EmbeddedServer) -> Iterator[Database]:
    """A database with nothing in it."""
    with fresh_database(postgres_server, "template0") as database:
        yield database


@pytest.fixture
def database(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[Database]:
    """A migrated database without rows."""
    with fresh_database(postgres_server, migrated_template) as database:
        yield database


@pytest.fixture(scope="module")
def shared_database(postgres_server: EmbeddedServer, transformed_template: str) -> Iterator[Database]:
    """A transformed database without rows, for all tests of a module."""
    with fresh_database(postgres_server, transformed_template) as database:
        yield database


@contextmanager
def fresh_database(server: EmbeddedServer, template: str, name: str | None = None) -> Iterator[Database]:
    """A copy of a template, by default with the first of `NAMES` that is free.

    A database of this name that an earlier test has left is dropped.
    """
    name = name or next(each for each in NAMES if each not in _taken)
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    _taken.add(name)
    try:
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(drop)
            create_database(connection, name, template)
            yield open_embedded(server, name, APPLICATION)
            connection.execute(drop)
    finally:
        _taken.remove(name)


@contextmanager
def new_template(server: EmbeddedServer, name: str, template: str) -> Iterator[Database]:
    """A copy of a template, to fill; it becomes the template `name` afterwards."""
    with fresh_database(server, template) as database:
        yield database
        rename = sql.SQL("alter database {} rename to {}").format(
            sql.Identifier(database.parameters["dbname"]), sql.Identifier(name)
        )
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(rename)


@pytest.fixture
def commands(database: Database, dbt_artifacts: Path) -> Commands:
    """The commands of `make`, on the database of the test."""
    return Commands(database, dbt_artifacts)
