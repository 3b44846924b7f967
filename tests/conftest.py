"""Fixtures and hooks for all tests; the fixtures themselves are in `tests/support`."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from scraper.config import Config
from tests.support.browser import browser
from tests.support.crawling import crawler
from tests.support.databases import (
    commands,
    database,
    dbt_artifacts,
    empty_database,
    migrated_template,
    postgres_programs,
    postgres_server,
    shared_database,
    transformed_template,
)
from tests.support.derived_season import derived_season, season_template
from tests.support.foreign_host import foreign_host, unverifiable_host
from tests.support.recordings import recording
from tests.support.restoring import new_server
from tests.support.running_command import close_hosts
from tests.support.soak_table import pytest_terminal_summary, tally

__all__ = [
    "browser",
    "commands",
    "crawler",
    "database",
    "dbt_artifacts",
    "derived_season",
    "empty_database",
    "foreign_host",
    "migrated_template",
    "new_server",
    "postgres_programs",
    "postgres_server",
    "pytest_terminal_summary",
    "recording",
    "season_template",
    "shared_database",
    "tally",
    "transformed_template",
    "unverifiable_host",
]


# Hypothesis fails an example that takes more than 200 ms, and slow generation of data: on a busy machine both happen.
settings.register_profile("without time limits", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("without time limits")


def pytest_configure() -> None:
    """Keep the settings of a developer, in the environment or in `.env`, from every test and fixture."""
    for field in Config.model_fields.values():
        os.environ.pop(str(field.validation_alias), None)
    Config.model_config["env_file"] = None


# They take longest: begun first, they leave no worker alone at the end.
LONG = (
    "tests/dbt_project/test_analysts_guide.py",
    "tests/dbt_project/test_project.py",
    "tests/transform/test_up_to_date.py",
    "tests/transform/test_batches.py",
    "tests/transform/test_make_dbt.py",
    "tests/exports/test_changes.py",
    "tests/commands/test_demo.py",
    "tests/commands/test_quiet_runs.py",
    "tests/service/jobs/test_days.py",
    "tests/test_season.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what talks to PostgreSQL, to run it on another version, and what counts losses, to run it at full counts.

    Sort the longest files to the front.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "postgres_programs" in fixtures:
            item.add_marker("postgres")
        if "tally" in fixtures:
            item.add_marker("reliability")
    places = {file: place for place, file in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.location[0], len(LONG)))


@pytest.fixture(scope="session", autouse=True)
def command_hosts() -> Iterator[None]:
    """End the hosts of commands with the session; each starts with the first command that needs it."""
    yield
    close_hosts()
