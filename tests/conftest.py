"""Databases for the tests: one server per worker process, one fresh database per test or per module."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scraper.config import Config
from scraper.database.connection import Database, create_database, open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from tests.support.commands_runner import Commands
from tests.support.crawling import crawler
from tests.support.derived_season import derived_season
from tests.support.foreign_host import foreign_host, unverifiable_host
from tests.support.running_command import close_hosts
from tests.support.soak_table import pytest_terminal_summary, tally

__all__ = ["crawler", "derived_season", "foreign_host", "pytest_terminal_summary", "tally", "unverifiable_host"]

# Tests kill processes, not machines: what the server handed to the operating system is safe enough.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
TEST_DATABASE = "practice_test"
SHARED_DATABASE = "practice_shared"
MIGRATED_TEMPLATE = "practice_template"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what talks to PostgreSQL, to be run on another version alone, and what `make soak` runs at full counts."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "postgres_programs" in fixtures:
            item.add_marker("postgres")
        if "tally" in fixtures:
            item.add_marker("reliability")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings, in the environment or in `.env`, never reach a test."""
    for field in Config.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.setitem(Config.model_config, "env_file", None)


@pytest.fixture(scope="session", autouse=True)
def command_hosts() -> Iterator[None]:
    """The hosts of commands end with the session; each starts with the first command that needs it."""
    yield
    close_hosts()


@pytest.fixture(scope="session")
def postgres_programs() -> Path | None:
    """The PostgreSQL to test with: that of TEST_POSTGRES_BIN, else None, which means the embedded one."""
    named = os.environ.get("TEST_POSTGRES_BIN")
    return Path(named) if named else None


@pytest.fixture(scope="session")
def postgres_server(
    tmp_path_factory: pytest.TempPathFactory, postgres_programs: Path | None
) -> Iterator[EmbeddedServer]:
    """A running server of this worker process's own."""
    server = EmbeddedServer(tmp_path_factory.mktemp("postgres"), postgres_programs, FORGETFUL)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def empty_database(postgres_server: EmbeddedServer) -> Iterator[Database]:
    """A database with nothing in it."""
    with _fresh_database(postgres_server, TEST_DATABASE, "template0") as database:
        yield database


@pytest.fixture(scope="session")
def migrated_template(postgres_server: EmbeddedServer) -> str:
    """The name of a database at the newest migration, to be copied."""
    upgrade(open_embedded(postgres_server, MIGRATED_TEMPLATE, "practice test"))
    return MIGRATED_TEMPLATE


@pytest.fixture
def database(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[Database]:
    """A database at the newest migration, without rows."""
    with _fresh_database(postgres_server, TEST_DATABASE, migrated_template) as database:
        yield database


@pytest.fixture(scope="module")
def shared_database(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[Database]:
    """As `database`, for all tests of a module, since runs of dbt cost time: they only look at what a fixture did."""
    with _fresh_database(postgres_server, SHARED_DATABASE, migrated_template) as database:
        yield database


@contextmanager
def _fresh_database(server: EmbeddedServer, name: str, template: str) -> Iterator[Database]:
    """A database under this name, whatever the tests before left behind or still hold open."""
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(drop)
        create_database(connection, name, template)
        yield open_embedded(server, name, "practice test")
        connection.execute(drop)


@pytest.fixture(scope="session")
def dbt_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps what it parsed, so that a worker's later runs need not parse again."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture
def commands(database: Database, dbt_artifacts: Path) -> Commands:
    """The commands behind `make`, on the test's own database."""
    return Commands(database, dbt_artifacts)
