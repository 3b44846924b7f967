"""What the tests of commands share."""

from collections.abc import Callable

import pytest

from scraper.commands import doctor, status
from scraper.config import Config, load_config
from scraper.database.connection import Database

Outcome = tuple[int, str]


@pytest.fixture
def on_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The migrated database, as the one that DATABASE_URL names."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    return database


@pytest.fixture
def outcome_of(capsys: pytest.CaptureFixture[str]) -> Callable[[Callable[[Config], int]], Outcome]:
    """Runs a command in this process, by its settings in the environment: its exit status and what it printed."""

    def run(command: Callable[[Config], int]) -> Outcome:
        capsys.readouterr()
        exit_status = command(load_config())
        said = capsys.readouterr()
        return exit_status, said.out + said.err

    return run


@pytest.fixture
def status_says(outcome_of: Callable[[Callable[[Config], int]], Outcome]) -> Callable[[], Outcome]:
    """What `make status` says now."""
    return lambda: outcome_of(status.run)


@pytest.fixture
def doctor_says(outcome_of: Callable[[Callable[[Config], int]], Outcome]) -> Callable[[], Outcome]:
    """What `make doctor` says now."""
    return lambda: outcome_of(doctor.run)
