"""An analyst who follows docs/analysts.md word for word ends with a green `make lint test`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.transform.dbt import dbt_environment
from tests.support.commands_runner import Commands, reading

GUIDE = (REPOSITORY / "docs" / "analysts.md").read_text(encoding="utf-8")
EXAMPLE = GUIDE.partition("## A worked example")[2].partition("\n## ")[0]
COPIED_FOLDERS = ("scraper", "service", "dbt_project", "migrations", "tests", "bench", "docs")
COPIED_FILES = ("dbt_project.yml", "profiles.yml", "selectors.yml", "pyproject.toml", ".sqlfluff")
_PATH_OR_BLOCK = re.compile(r"`(dbt_project/\S+)`|```(sql|yaml)\n(.*?)```", re.DOTALL)


def edits() -> list[tuple[str, str, str]]:
    """The file, the language and the text of each edit in the example: a block belongs to the path named before it."""
    found, path = [], ""
    for named, language, text in _PATH_OR_BLOCK.findall(EXAMPLE):
        path = named or path
        if text:
            found.append((path, language, text))
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the repository with the edits of the example."""
    for name in COPIED_FOLDERS:
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in COPIED_FILES:
        shutil.copy(REPOSITORY / name, tmp_path / name)
    for path, language, text in edits():
        assert (tmp_path / path).exists() == (language == "yaml"), path
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write(text)
    return tmp_path


@pytest.fixture
def commands(shared_database: Database, dbt_artifacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Commands with a folder of their own for dbt, which has parsed the project before the edits."""
    commands = Commands(shared_database, tmp_path_factory.mktemp("dbt"))
    Commands(shared_database, dbt_artifacts).lend_parsed_project(commands.target)
    return commands


def run(repository: Path, environment: dict[str, str], *command: str) -> None:
    """Run a program in the copy; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=repository,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_is_found_in_the_guide() -> None:
    assert [(Path(path).name, language) for path, language, _ in edits()] == [
        ("regulars.sql", "sql"),
        ("_tracks__models.yml", "yaml"),
        ("_tracks__unit_tests.yml", "yaml"),
        ("_exposures.yml", "yaml"),
    ]


def test_the_example_passes_its_own_tests_and_the_lint(
    repository: Path, commands: Commands, shared_database: Database
) -> None:
    def dbt(arguments: str) -> str:
        done = commands.run("dbt", before=reading(repository), ARGS=arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # `make lint` begins with this, for every file; here only those of the example are new.
    dbt("parse --warn-error")
    examples = re.findall(r'^make dbt ARGS="(.*)"$', EXAMPLE, flags=re.MULTILINE)
    assert [arguments.split()[0] for arguments in examples] == ["build", "show"]
    for arguments in examples:
        printed = dbt(f"{arguments} --no-use-colors")
        if arguments.startswith("build"):
            assert "PASS regulars::regulars_come_on_three_days" in printed
    # What `make lint` does for a new model.
    [model] = [path for path, language, _ in edits() if language == "sql"]
    run(repository, {**commands.environment, **dbt_environment(shared_database)}, "sqlfluff", "lint", model)


# It makes a server and all models of the copy anew, so it is not for every `make test`.
@pytest.mark.reliability
def test_the_example_passes_the_tests_of_every_model(repository: Path) -> None:
    # What `make test` does for a new model.
    run(repository, {}, "pytest", "-m", "every_model", "-q", "-p", "no:cacheprovider", "tests/dbt_project")


def test_the_override_list_of_the_guide_has_the_columns_of_the_seed() -> None:
    header = (REPOSITORY / "dbt_project" / "seeds" / "person_overrides.csv").read_text().splitlines()[0]
    assert f"\n{header}\n" in GUIDE
