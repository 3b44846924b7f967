"""Fixtures that run a command in the test's own process and return what it prints."""

from collections.abc import Callable

import pytest

from scraper.commands import doctor, status
from scraper.config import Config, load_config
from scraper.database.connection import Database

Outcome = tuple[int, str]


@pytest.fixture
def on_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The migrated database, named by DATABASE_URL."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    return database


@pytest.fixture
def outcome_of(capsys: pytest.CaptureFixture[str]) -> Callable[[Callable[[Config], int]], Outcome]:
    """Runs a command with the settings of the environment; returns its exit status and its output."""

    def run(command: Callable[[Config], int]) -> Outcome:
        capsys.readouterr()
        exit_status = command(load_config())
        printed = capsys.readouterr()
        return exit_status, printed.out + printed.err

    return run


@pytest.fixture
def status_output(outcome_of: Callable[[Callable[[Config], int]], Outcome]) -> Callable[[], Outcome]:
    """Runs `make status`."""
    return lambda: outcome_of(status.run)


@pytest.fixture
def doctor_output(outcome_of: Callable[[Callable[[Config], int]], Outcome]) -> Callable[[], Outcome]:
    """Runs `make doctor`."""
    return lambda: outcome_of(doctor.run)
