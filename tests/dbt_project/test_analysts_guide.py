"""The worked example of docs/analysts.md does what it says, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from tests.support.commands_runner import Commands

GUIDE = (REPOSITORY / "docs" / "analysts.md").read_text()
WHAT_DBT_NEEDS = ("dbt_project", "dbt_project.yml", "profiles.yml", "selectors.yml", "scraper", "migrations")


def code(language: str) -> str:
    """The only block of the guide in this language."""
    [block] = re.findall(rf"```{language}\n(.*?)```", GUIDE, flags=re.DOTALL)
    return str(block)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in WHAT_DBT_NEEDS:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def test_the_worked_example_builds_and_passes_its_tests(
    repository: Path, shared_database: Database, dbt_artifacts: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    Commands(shared_database, dbt_artifacts).succeed("transform")
    files = dict(
        zip(re.findall(r"`(dbt_project/models/\S+\.(?:sql|yml))`", GUIDE), (code("sql"), code("yaml")), strict=True)
    )
    for path, text in files.items():
        (repository / path).write_text(text)
    commands = re.findall(r'^make dbt ARGS="(.*)"$', GUIDE, flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["build", "show"]
    for arguments in commands:
        done = subprocess.run(
            [sys.executable, "-m", "scraper", "dbt"],
            cwd=repository,
            env={
                **os.environ,
                **Commands(shared_database, tmp_path_factory.mktemp("dbt")).environment,
                "ARGS": f"{arguments} --no-use-colors",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if arguments.startswith("build"):
            assert "PASS nobodys_best_is_slower_than_the_first" in done.stdout


def test_the_lists_of_the_guide_have_the_columns_of_the_seeds() -> None:
    header = (REPOSITORY / "dbt_project" / "seeds" / "person_overrides.csv").read_text().splitlines()[0]
    assert f"\n{header}\n" in GUIDE
