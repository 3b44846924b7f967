"""docs/schema.md: the tables that migrations own, drawn from `scraper/database/tables.py` and never by hand."""

from collections.abc import Iterator

from sqlalchemy import Column, Dialect, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql

from scraper.config import REPOSITORY
from scraper.database.tables import metadata

SCHEMA_PAGE = REPOSITORY / "docs" / "schema.md"

_BEGINNING = """\
# The tables, their columns and keys

Made by `make docs` from `scraper/database/tables.py`; a test compares the two. PK is the primary key, FK refers to
another table, UK is part of a key that is unique. What the columns mean, and the models of `analytics`: `make docs`.
"""
_SECTIONS = {
    "racing": "The final schema: rows by dbt, tables by migration.",
    "raw": "What the crawler writes: pages as JSONB, every version, and the record of its runs.",
}
_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves this one untyped
_SHORT_NAMES = {"TIMESTAMP WITH TIME ZONE": "timestamptz", "TIMESTAMP WITHOUT TIME ZONE": "timestamp"}


def schema_page() -> str:
    """Return the text of the page."""
    return "\n".join([_BEGINNING, *(_section(schema, purpose) for schema, purpose in _SECTIONS.items())])


def _section(schema: str, purpose: str) -> str:
    tables = [table for table in metadata.sorted_tables if table.schema == schema]
    lines = [line for table in tables for line in (*_references(table), *_entity(table))]
    return "\n".join([f"## Schema `{schema}`", "", purpose, "", "```mermaid", "erDiagram", *lines, "```", ""])


def _references(table: Table) -> Iterator[str]:
    for column in table.columns:
        for key in column.foreign_keys:
            yield f'    {key.column.table.name} ||--o{{ {table.name} : "{column.name}"'


def _entity(table: Table) -> Iterator[str]:
    yield f"    {table.name} {{"
    for column in table.columns:
        comment = "" if column.nullable else ' "not null"'
        yield f"        {_type_of(column)} {column.name}{_keys(column)}{comment}"
    yield "    }"


def _type_of(column: Column[object]) -> str:
    name = column.type.compile(dialect=_POSTGRESQL)
    # Mermaid allows neither commas nor blanks in a type.
    return _SHORT_NAMES.get(name, name.partition("(")[0].lower())


def _keys(column: Column[object]) -> str:
    is_unique = any(
        isinstance(constraint, UniqueConstraint) and column.name in constraint.columns
        for constraint in column.table.constraints
    ) or any(index.unique and column.name in index.columns for index in column.table.indexes)
    keys = [
        name for name, is_one in (("PK", column.primary_key), ("FK", column.foreign_keys), ("UK", is_unique)) if is_one
    ]
    return f" {', '.join(keys)}" if keys else ""
