"""A full disk, with rows or with PostgreSQL's log: one message, nothing lost, and a second run completes the work."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from scraper.database.connection import Database, open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands
from tests.support.soak_table import Tally
from tests.support.whole_season import crawl_settings, differences_from_season

SIZE = 128 * 1024 * 1024
# Without spare files of the log, the free space decides what fills the disk.
SETTINGS = {"wal_recycle": "off", "min_wal_size": "32MB", "max_wal_size": "1GB", "shared_buffers": "16MB"}
NEW_LOG_FILE = "select pg_switch_wal()"
# Leaves about half a megabyte in the current file of the log, so that the next file, 16 MB, finds no space.
FILL_LOG_FILE = """
select pg_logical_emit_message(
    false, 'filler', repeat('x', pg_size_bytes(current_setting('wal_segment_size'))::integer - file_offset - 600000)
)
from pg_walfile_name_offset(pg_current_wal_lsn())
where file_offset < pg_size_bytes(current_setting('wal_segment_size')) - 600000
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system, which only root may mount."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def server(small_disk: Path, postgres_programs: Path | None) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(small_disk / "postgres", postgres_programs, SETTINGS)
    server.start()
    yield server
    server.stop()


def leave_free(disk: Path, free_bytes: int) -> Path:
    """Fill the disk, and leave this many bytes free."""
    statistics = os.statvfs(disk)
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, statistics.f_bavail * statistics.f_frsize - free_bytes)
    return ballast


@dataclass(frozen=True)
class Case:
    """A full disk during a command: what fills it, whether the current file of the log is full, and the free bytes."""

    command: str
    full_of: str
    is_log_file_full: bool
    free_bytes: int

    def __str__(self) -> str:
        return f"{self.command}-{self.full_of}"


CASES = [
    Case(command, full_of, is_log_file_full, free_bytes)
    for command in ("crawl", "transform")
    for full_of, is_log_file_full, free_bytes in (("rows", False, 512 * 1024), ("log", True, 12 * 1024 * 1024))
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_full_disk_is_reported_and_loses_nothing(
    server: EmbeddedServer, small_disk: Path, dbt_artifacts: Path, tally: Tally, case: Case
) -> None:
    tally.promise = f"disk full of {case.full_of} in a {case.command}: no acknowledged page lost, a rerun completes it"
    database = open_embedded(server, "practice", "practice test")
    upgrade(database)
    commands = Commands(database, dbt_artifacts)
    with SampleSite(Season.generate(tracks=1, days=12)) as site:
        settings = crawl_settings(site)
        if case.command == "transform":
            commands.succeed("crawl", **settings)
        stored = stored_sessions(database)
        execute(database, NEW_LOG_FILE)
        server.stop()  # removes the log's older files, so that none is removed while the disk is full
        server.start()
        if case.is_log_file_full:
            execute(database, FILL_LOG_FILE)
        ballast = leave_free(small_disk, case.free_bytes)
        failed = commands.run(case.command, **settings)
        output = failed.stdout + failed.stderr
        assert failed.returncode == 1, output
        assert "Traceback" not in output
        assert case.command == "crawl" or len([line for line in failed.stderr.splitlines() if is_ours(line)]) == 1, (
            output
        )
        # A server without space for its log stops, and its clients see a lost connection only.
        expected = (
            r"disk is full|connection to the database was lost" if case.is_log_file_full else "database's disk is full"
        )
        assert re.search(expected, failed.stderr.splitlines()[-1]), output
        ballast.unlink()
        server.start()
        acknowledged = stored + int((re.search(r"(\d+) captured", output) or ["0", "0"])[1])
        tally.trials, tally.faults = acknowledged, 1
        tally.losses = max(acknowledged - stored_sessions(database), 0)
        commands.succeed("crawl", **settings)
        commands.succeed("transform")
        assert differences_from_season(database, site) == []


def is_ours(line: str) -> bool:
    """Whether a line is not one that libpq prints when the server stops while a connection is being opened."""
    return not line.startswith(("WARNING:  ", "DETAIL:  ", "HINT:  "))


def execute(database: Database, statement: LiteralString) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(statement)


def stored_sessions(database: Database) -> int:
    with psycopg.connect(database.conninfo) as connection:
        row = connection.execute("select count(*) from raw.practice_sessions").fetchone()
    return int(row[0]) if row else 0
