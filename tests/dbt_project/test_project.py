"""The dbt project itself: its unit tests, the descriptions and contracts of its models, and its documentation."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, UniqueConstraint

from scraper.database.connection import Database
from scraper.database.tables import metadata
from tests.support.commands_runner import Commands

_COLUMNS = """
select table_schema, table_name, array_agg(column_name::text)
from information_schema.columns
where
    table_schema in ('staging', 'intermediate', 'racing', 'analytics')
    and not (table_schema = 'intermediate' and table_name = any(%s))
group by table_schema, table_name
"""
_OWNED_BY_MIGRATIONS = [table.name for table in metadata.tables.values() if table.schema == "intermediate"]


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture(scope="module")
def nodes(commands: Commands) -> list[dict[str, Any]]:
    """Models and tests as dbt parses them."""
    return list(commands.manifest()["nodes"].values())


@pytest.mark.every_model
def test_the_unit_tests_pass(commands: Commands) -> None:
    said = commands.succeed("dbt", ARGS="test --select test_type:unit --no-use-colors")
    assert "ERROR=0" in said
    assert " 0 unit tests" not in said


def test_selectors_without_views_leave_out_the_views_alone(commands: Commands, nodes: list[dict[str, Any]]) -> None:
    def selected(selector: str) -> set[str]:
        return set(commands.succeed("dbt", ARGS=f"ls --quiet --selector {selector} --output name").split())

    models = {node["name"] for node in nodes if node["resource_type"] == "model"}
    views = {node["name"] for node in nodes if node["config"]["materialized"] == "stable_view"}
    assert views
    assert selected("models_without_views --resource-type model") == models - views
    assert selected("transform") - selected("transform_without_views") == views
    assert selected("transform_without_views") < selected("transform")


@pytest.mark.every_model
def test_every_model_and_column_is_described(nodes: list[dict[str, Any]], shared_database: Database) -> None:
    with psycopg.connect(shared_database.conninfo) as connection:
        rows = connection.execute(_COLUMNS, [_OWNED_BY_MIGRATIONS])
        stored = {(schema, table): set(columns) for schema, table, columns in rows}
    models = {(node["schema"], node["name"]): node for node in nodes if node["resource_type"] == "model"}
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
    assert tested == {node["unique_id"] for node in nodes if node["resource_type"] == "model"}


@pytest.mark.every_model
def test_every_warning_has_a_description(nodes: list[dict[str, Any]]) -> None:
    warning = [node for node in nodes if node["resource_type"] == "test" and node["config"]["severity"] == "warn"]
    assert warning
    assert [node["name"] for node in warning if not node["description"]] == []


@pytest.mark.every_model
def test_the_reader_role_can_read_every_model(shared_database: Database) -> None:
    with psycopg.connect(shared_database.conninfo) as connection:
        models = connection.execute(
            "select relname from pg_class where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v')"
        ).fetchall()
        connection.execute("set role practice_reader")
        for (model,) in models:
            assert connection.execute(f"select count(*) from analytics.{model}".encode()).fetchone() == (0,), model


def test_the_contracts_of_racing_name_the_constraints_of_the_tables(nodes: list[dict[str, Any]]) -> None:
    """PostgreSQL enforces them, so that no data test has to."""
    models = {node["name"]: node for node in nodes if node["resource_type"] == "model" and node["schema"] == "racing"}
    assert {name: declared_constraints(model) for name, model in models.items()} == {
        name: table_constraints(metadata.tables[f"racing.{name}"]) for name in models
    }


def declared_constraints(model: dict[str, Any]) -> set[tuple[str, str]]:
    """Kind and content of each constraint in the contract of a model."""
    declared = {
        (each["type"], " ".join(filter(None, [", ".join(each["columns"]), each["to"], each["expression"]])))
        for each in model["constraints"]
    }
    return declared | {("not_null", name) for name, column in model["columns"].items() if column["constraints"]}


def table_constraints(table: Table) -> set[tuple[str, str]]:
    """The same of a table."""
    found = {("not_null", column.name) for column in table.columns if not (column.nullable or column.primary_key)}
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found.add(("check", str(constraint.sqltext)))
            continue
        assert isinstance(constraint, (PrimaryKeyConstraint, UniqueConstraint, ForeignKeyConstraint))
        columns = ", ".join(column.name for column in constraint.columns)
        if isinstance(constraint, ForeignKeyConstraint):
            found.add(("foreign_key", f"{columns} ref('{constraint.elements[0].column.table.name}')"))
        else:
            found.add(("primary_key" if isinstance(constraint, PrimaryKeyConstraint) else "unique", columns))
    return found


def test_docs_are_one_page(commands: Commands) -> None:
    assert "static_index.html" in commands.succeed("docs")
    assert "int_practice__sessions" in (commands.target / "static_index.html").read_text()
