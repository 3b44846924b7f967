"""The run of dbt that tests replay, recorded once per worker on a database without rows."""

from pathlib import Path

import pytest

from scraper.database.embedded import EmbeddedServer
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands
from tests.support.databases import fresh_database


@pytest.fixture(scope="session")
def recording(
    postgres_server: EmbeddedServer,
    transformed_template: str,
    dbt_artifacts: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Recording:
    """The statements that dbt sends for a batch."""
    with fresh_database(postgres_server, transformed_template) as database:
        return Recording.of(Commands(database, dbt_artifacts), tmp_path_factory.mktemp("recorded"))
