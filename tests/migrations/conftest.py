"""What the tests of migrations share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.database.connection import Database
from scraper.database.embedded import EmbeddedServer
from tests.support.commands_runner import Commands
from tests.support.guarded_server import guarded_server


@pytest.fixture
def commands_on_nothing(empty_database: Database, dbt_artifacts: Path) -> Commands:
    """The commands behind `make`, on a database with nothing in it."""
    return Commands(empty_database, dbt_artifacts)


@pytest.fixture
def untouched_server(
    tmp_path_factory: pytest.TempPathFactory, postgres_programs: Path | None
) -> Iterator[EmbeddedServer]:
    """A server on which nothing was ever migrated, so that it has no roles of ours; it asks for passwords."""
    with guarded_server(tmp_path_factory.mktemp("untouched"), postgres_programs) as server:
        yield server
