"""The project's commands as `make` runs them: in a process of their own, on a database of the benchmark's."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from scraper.config import REPOSITORY
from scraper.database.connection import Database

_SECONDS_BETWEEN_LOOKS = 0.1
_NOTHING_ELSE = {
    **dict.fromkeys(("TRACK", "DATE", "FROM", "TO"), ""),
    **dict.fromkeys(("LIST_ONLY", "FULL", "REFRESH", "CRAWL_DISABLED"), "0"),
}


@dataclass(frozen=True)
class Done:
    """A command that has ended well."""

    seconds: float
    resident_bytes: list[int]
    """Memory of its process, looked at every tenth of a second."""

    @property
    def peak_bytes(self) -> int:
        """The most of it."""
        return max(self.resident_bytes)


def run(command: str, database: Database, folder: Path, **settings: str) -> Done:
    """Run a command with these settings and no others; dbt's artifacts go to a folder of the database's own.

    Raises CalledProcessError, with what was said, when it ends with another status than 0.
    """
    arguments = [sys.executable, "-m", "scraper", command]
    started = time.perf_counter()
    said = folder / f"{command}.log"
    with (
        said.open("w") as log,
        subprocess.Popen(
            arguments,
            cwd=REPOSITORY,
            env=_environment(database, folder, settings),
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        resident = _watch(process)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, arguments, said.read_text())
    return Done(time.perf_counter() - started, resident)


def _watch(process: subprocess.Popen[bytes]) -> list[int]:
    """Look at its memory until it has ended."""
    seen = psutil.Process(process.pid)
    resident: list[int] = []
    while True:
        try:
            resident.append(seen.memory_info().rss)
            process.wait(_SECONDS_BETWEEN_LOOKS)
        except subprocess.TimeoutExpired:
            continue
        return resident


def _environment(database: Database, folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **_NOTHING_ELSE,
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        # dbt parses anew when the database's name differs from the last run's.
        "DBT_TARGET_PATH": str(folder / database.parameters["dbname"] / "target"),
        "DBT_LOG_PATH": str(folder / database.parameters["dbname"] / "logs"),
        **settings,
    }
