"""What dbt is given, and where it may write."""

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


def test_what_dbt_writes_is_closed_to_others_whatever_the_umask(commands: Commands, tmp_path: Path) -> None:
    target, logs = tmp_path / "target", tmp_path / "logs"
    there = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(logs), "ARGS": "parse"}
    commands.succeed("dbt", before="import os; os.umask(0)", **there)
    assert (target / "manifest.json").is_file()
    assert (logs / "dbt.log").is_file()
    assert (mode(target), mode(logs)) == (0o700, 0o700)


def test_folders_of_the_repository_are_closed_and_those_of_others_left_alone(
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


def test_an_interruption_is_heard_while_a_thread_closes_its_connection(database: Database) -> None:
    """dbt closes a connection before it says so; what that raised went on into dbt, which waited for its threads."""
    program = [sys.executable, "-c", _INTERRUPTED_WHILE_A_CONNECTION_CLOSES, database.conninfo]
    done = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
