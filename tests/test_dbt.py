"""What dbt is given, and where it may write."""

import stat
from pathlib import Path

import pytest

from scraper.dbt import close_to_others
from tests.commands_runner import Commands


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
    monkeypatch.setattr("scraper.dbt.REPOSITORY", tmp_path)
    target, shared = tmp_path / "target", tmp_path / "shared"
    for folder in (target, shared):
        folder.mkdir()
        folder.chmod(0o755)
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    monkeypatch.setenv("DBT_LOG_PATH", str(shared))
    close_to_others()
    assert (mode(target), mode(shared)) == (0o700, 0o755)
