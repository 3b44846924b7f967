"""What dbt is given, and where it may write."""

import stat
from pathlib import Path

import pytest

from scraper.dbt import close_to_others
from tests.commands_runner import Commands


def is_closed(folder: Path) -> bool:
    return stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_dbt_writes_is_closed_to_others_whatever_the_umask(commands: Commands, tmp_path: Path) -> None:
    target, logs = tmp_path / "kept" / "target", tmp_path / "logs"
    logs.mkdir(mode=0o755)  # as an older run, or dbt by itself, has left it
    there = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(logs), "ARGS": "parse"}
    commands.succeed("dbt", before="import os; os.umask(0)", **there)
    assert (target / "manifest.json").is_file()
    assert (logs / "dbt.log").is_file()
    assert is_closed(target)
    assert is_closed(logs)


def test_the_folders_of_the_repository_are_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("scraper.dbt.REPOSITORY", tmp_path)
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    monkeypatch.setenv("DBT_LOG_PATH", "")
    close_to_others()
    assert is_closed(tmp_path / "target")
    assert is_closed(tmp_path / "logs")
