"""The dbt project itself: its unit tests, what it says of its models, and its documentation."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from scraper.database.connection import Database
from scraper.database.tables import metadata
from tests.support.commands_runner import Commands

_COLUMNS = """
select table_schema, table_name, array_agg(column_name::text)
from information_schema.columns
where table_schema in ('staging', 'intermediate', 'racing', 'analytics') and table_name != 'transforms'
group by table_schema, table_name
"""
TABLES = metadata.tables


def _has_key(table: Table, columns: Iterable[str]) -> bool:
    keys = [key for key in table.constraints if isinstance(key, (PrimaryKeyConstraint, UniqueConstraint))]
    return any({column.name for column in key.columns} == set(columns) for key in keys)


def _refers_to(column: Column[Any], arguments: Mapping[str, str]) -> bool:
    aims = {f"ref('{key.column.table.name}').{key.column.name}" for key in column.foreign_keys}
    return f"{arguments['to']}.{arguments['field']}" in aims


# Tests that selectors.yml leaves to `make verify` for the tables of `racing`, and what in the table makes them idle.
REFUSED: Mapping[str, Callable[[Table, Mapping[str, Any]], bool]] = {
    "not_null": lambda table, arguments: not table.columns[arguments["column_name"]].nullable,
    "unique": lambda table, arguments: _has_key(table, [arguments["column_name"]]),
    "unique_combination_of_columns": lambda table, arguments: _has_key(table, arguments["combination_of_columns"]),
    "relationships": lambda table, arguments: _refers_to(table.columns[arguments["column_name"]], arguments),
}


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    commands = Commands(shared_database, dbt_artifacts)
    commands.succeed("transform")
    return commands


@pytest.fixture(scope="module")
def nodes(commands: Commands) -> list[dict[str, Any]]:
    """Models and tests as dbt has read them."""
    return list(commands.manifest()["nodes"].values())


@pytest.mark.every_model
def test_the_unit_tests_pass(commands: Commands) -> None:
    said = commands.succeed("dbt", ARGS="test --select test_type:unit --no-use-colors")
    assert "ERROR=0" in said
    assert " 0 unit tests" not in said


def test_what_a_full_run_has_parsed_serves_any_run(commands: Commands, tmp_path: Path) -> None:
    for arguments in ("compile --full-refresh", "compile"):
        said = commands.succeed("dbt", ARGS=f"{arguments} --no-use-colors", DBT_TARGET_PATH=str(tmp_path))
        assert "Error" not in said


@pytest.mark.every_model
def test_every_model_and_column_is_described(nodes: list[dict[str, Any]], shared_database: Database) -> None:
    with psycopg.connect(shared_database.conninfo) as connection:
        stored = {(schema, table): set(columns) for schema, table, columns in connection.execute(_COLUMNS)}
    models = {(node["schema"], node["name"]): node for node in nodes if node["resource_type"] in ("model", "seed")}
    assert models.keys() == stored.keys()
    for key, model in models.items():
        assert " One row per " in f" {model['description']}", key
        described = {name for name, column in model["columns"].items() if column["description"]}
        assert described == stored[key], key


@pytest.mark.every_model
def test_the_grain_of_every_model_is_tested(nodes: list[dict[str, Any]]) -> None:
    tested = {
        parent
        for node in nodes
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name", "").startswith("unique")
        for parent in node["depends_on"]["nodes"]
    }
    assert tested == {node["unique_id"] for node in nodes if node["resource_type"] in ("model", "seed")}


@pytest.mark.every_model
def test_every_test_that_warns_says_what_of(nodes: list[dict[str, Any]]) -> None:
    warning = [node for node in nodes if node["resource_type"] == "test" and node["config"]["severity"] == "warn"]
    assert warning
    assert [node["name"] for node in warning if not node["description"]] == []


def test_what_a_run_does_not_test_of_racing_its_tables_refuse(nodes: list[dict[str, Any]]) -> None:
    left_to_verify = [
        (node["attached_node"].rpartition(".")[2], node["test_metadata"]["name"], node["test_metadata"]["kwargs"])
        for node in nodes
        if node["resource_type"] == "test"
        and node["original_file_path"].startswith("dbt_project/models/racing")
        and (node["test_metadata"] or {}).get("name") in REFUSED
    ]
    assert {kind for _, kind, _ in left_to_verify} == set(REFUSED)
    not_refused = [each for each in left_to_verify if not REFUSED[each[1]](TABLES[f"racing.{each[0]}"], each[2])]
    assert not_refused == []


def test_docs_are_one_page(commands: Commands) -> None:
    assert "static_index.html" in commands.succeed("docs")
    assert "int_practice__sessions" in (commands.artifacts / "target" / "static_index.html").read_text()
