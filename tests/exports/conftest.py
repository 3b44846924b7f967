"""Fixtures of the export tests: a warehouse of a few days, which the tests of a module change one after another."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest

from scraper.commands import export
from scraper.config import load_config
from scraper.database.connection import Database
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands

DAYS = (date(2025, 10, 24), date(2025, 10, 25))
NASTY = 'O\'Neil, "Al"\r\n\\N, ½ <script>\t'


@pytest.fixture(scope="module")
def warehouse(shared_database: Database, dbt_artifacts: Path, recording: Recording) -> Commands:
    """Two days at each of two tracks: two named drivers, and one with a transponder only."""
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        for place, (track, day) in enumerate((track, day) for track in ("north", "south") for day in DAYS):
            sessions = {10 * place + 1: "Ana Ruiz", 10 * place + 2: NASTY, 10 * place + 3: "Unknown Driver"}
            transponders = {number: str(7000000 + number % 10 + 100 * (track == "south")) for number in sessions}
            rows = [
                listed(
                    number,
                    driver,
                    class_and_transponder=f"1/10 Open ({transponders[number]})",
                    started_at=f"{day} 14:43:27",
                )
                for number, driver in sessions.items()
            ]
            store(connection, track, DayList(rows, day))
            for number, driver in sessions.items():
                laps = [lap(1, "35.000"), lap(2, "40.000", is_valid="0")]
                store(connection, track, SessionPage(number, driver, transponders[number], laps))
    recording.transform(shared_database)
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture
def export_to(warehouse: Commands, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], int]:
    """Runs `make export` into a folder, in this process."""
    monkeypatch.setenv("DATABASE_URL", warehouse.environment["DATABASE_URL"])

    def run(folder: Path) -> int:
        monkeypatch.setenv("EXPORT_FOLDER", str(folder))
        return export.run(load_config())

    return run
