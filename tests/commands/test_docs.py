"""Failures of `make docs`. tests/dbt_project/test_project.py tests its success."""

import shutil
from pathlib import Path

import pytest

from scraper.config import REPOSITORY
from tests.support.commands_runner import Commands, reading

# A macro of the project replaces the adapter's.
_FAILING_CATALOGUE = """
{% macro postgres__get_catalog(information_schema, schemas) %}{% do run_query('select 1/0') %}{% endmacro %}
{% macro postgres__get_catalog_relations(information_schema, relations) %}{% do run_query('select 1/0') %}{% endmacro %}
"""
_FAILING_MODEL = """
{% if execute %}{{ exceptions.raise_compiler_error('there is no such wheel') }}{% endif %}
"""
# Left open, the threads of dbt can print a traceback when the interpreter ends.
_NAME_THREADS_AT_EXIT = """
import atexit, pathlib, threading
def name_threads():
    names = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    pathlib.Path({path!r}).write_text(" ".join(names))
atexit.register(name_threads)
"""


@pytest.mark.parametrize(
    ("added_to", "text", "line"),
    [
        ("macros/catalogue.sql", _FAILING_CATALOGUE, "docs: dbt could not describe every model: catalogue: "),
        ("models/analytics/sessions/stints.sql", _FAILING_MODEL, "there is no such wheel"),
    ],
    ids=["catalogue", "model"],
)
def test_a_failure_of_dbt_is_one_message_and_status_1(
    commands: Commands, tmp_path: Path, added_to: str, text: str, line: str
) -> None:
    project = tmp_path / "project"
    shutil.copytree(REPOSITORY / "dbt_project", project / "dbt_project")
    for settings in REPOSITORY.glob("*.yml"):
        shutil.copy(settings, project)
    with (project / "dbt_project" / added_to).open("a", encoding="utf-8") as file:
        file.write(text)
    threads = tmp_path / "threads"
    name_threads = _NAME_THREADS_AT_EXIT.format(path=str(threads))
    on_the_copy = Commands(commands.database, tmp_path)
    commands.lend_parsed_project(on_the_copy.target)
    done = on_the_copy.run("docs", before=f"{reading(project)}\n{name_threads}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert line in done.stderr
    assert "logs/dbt.log" in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert threads.read_text() == ""
