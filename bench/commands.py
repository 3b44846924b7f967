"""Runs the project's commands as `make` does: in a process of their own, on a database of the benchmark."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from scraper.config import REPOSITORY
from scraper.database.connection import Database

_SECONDS_BETWEEN_SAMPLES = 0.1
_NO_OTHER_SETTINGS = {
    **dict.fromkeys(("TRACK", "DATE", "FROM", "TO", "OUT"), ""),
    **dict.fromkeys(("LIST_ONLY", "FULL", "REFRESH", "CRAWL_DISABLED", "QUIET"), "0"),
    # An environment that forbids bytecode files would add the compilation of our modules to each command.
    "PYTHONDONTWRITEBYTECODE": "",
}


@dataclass(frozen=True)
class Checkout:
    """A checkout of this project, and the Python of its environment."""

    folder: Path
    python: Path


THIS_CHECKOUT = Checkout(REPOSITORY, Path(sys.executable))


@dataclass(frozen=True)
class CommandRun:
    """What one successful run of a command cost."""

    seconds: float
    processor_seconds: float
    """Of the process and of all processes that it started and waited for."""
    resident_bytes: list[int]
    """Memory of the process, one sample per tenth of a second."""

    @property
    def peak_bytes(self) -> int:
        """The largest sample."""
        return max(self.resident_bytes)


def run(
    command: str, database: Database, folder: Path, checkout: Checkout = THIS_CHECKOUT, **settings: str
) -> CommandRun:
    """Run a command with these settings and no others. dbt's artifacts go to a folder of the database.

    Raises CalledProcessError, with the command's output, when the exit status is not 0.
    """
    arguments = [str(checkout.python), "-m", "scraper", command]
    output = folder / f"{command}.log"
    started, processor_before = time.perf_counter(), _processor_seconds_of_ended_processes()
    with (
        output.open("w") as log,
        subprocess.Popen(
            arguments,
            cwd=checkout.folder,
            env=environment_of(database, folder, settings),
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        resident = _sample_memory(process)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, arguments, output.read_text())
    processor_seconds = _processor_seconds_of_ended_processes() - processor_before
    return CommandRun(time.perf_counter() - started, processor_seconds, resident)


def _sample_memory(process: subprocess.Popen[bytes]) -> list[int]:
    """Sample the memory of the process until it ends."""
    observed = psutil.Process(process.pid)
    resident: list[int] = []
    while True:
        try:
            resident.append(observed.memory_info().rss)
            process.wait(_SECONDS_BETWEEN_SAMPLES)
        except subprocess.TimeoutExpired:
            continue
        return resident


def _processor_seconds_of_ended_processes() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def environment_of(database: Database, folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command with these settings and no others."""
    return {
        **os.environ,
        **_NO_OTHER_SETTINGS,
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        # dbt parses the project again when the database's name differs from that of the last run.
        "DBT_TARGET_PATH": str(folder / database.parameters["dbname"] / "target"),
        "DBT_LOG_PATH": str(folder / database.parameters["dbname"] / "logs"),
        **settings,
    }
