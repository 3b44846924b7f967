"""Where dbt writes, and how a signal ends it."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.transform.dbt import close_to_others
from tests.support.commands_runner import Commands


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_the_folders_of_dbt_are_closed_to_others_whatever_the_umask(commands: Commands, tmp_path: Path) -> None:
    target, logs = tmp_path / "target", tmp_path / "logs"
    there = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(logs), "ARGS": "parse"}
    commands.succeed("dbt", before="import os; os.umask(0)", **there)
    assert (target / "manifest.json").is_file()
    assert (logs / "dbt.log").is_file()
    assert (mode(target), mode(logs)) == (0o700, 0o700)


def test_folders_of_the_repository_are_closed_and_named_ones_keep_their_mode(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("scraper.transform.dbt.REPOSITORY", tmp_path)
    target, shared = tmp_path / "target", tmp_path / "shared"
    for folder in (target, shared):
        folder.mkdir()
        folder.chmod(0o755)
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    monkeypatch.setenv("DBT_LOG_PATH", str(shared))
    close_to_others()
    assert (mode(target), mode(shared)) == (0o700, 0o755)


_INTERRUPTED_WHILE_A_CONNECTION_CLOSES = """
import os, signal, sys
from types import SimpleNamespace
import psycopg2
from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.factory import FACTORY
from scraper.transform.dbt import _signals_end_it

closed = SimpleNamespace(state=ConnectionState.OPEN, handle=psycopg2.connect(sys.argv[1]))
closed.handle.close()
FACTORY.adapters["postgres"] = SimpleNamespace(connections=SimpleNamespace(thread_connections={1: closed}))
with _signals_end_it():
    os.kill(os.getpid(), signal.SIGINT)
"""


def test_an_interruption_while_a_thread_closes_its_connection_ends_the_process(database: Database) -> None:
    """dbt closes a connection before it marks it closed. The error that this raised once kept dbt running."""
    program = [sys.executable, "-c", _INTERRUPTED_WHILE_A_CONNECTION_CLOSES, database.conninfo]
    done = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
