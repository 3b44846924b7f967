"""The rows of a table in the database and in its exported files, in a form that can be compared."""

import json
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from pyarrow import dataset

from scraper.database.connection import Database

# Reads numbers in JSON exactly: 1.50 stays 1.50.
_load_json = partial(json.loads, parse_float=Decimal)
_RELATIONS = """
select table_schema, table_name, array_agg(column_name::text) filter (where data_type = 'jsonb')
from information_schema.columns
where table_schema in ('racing', 'analytics') and table_name not in ('day_versions', 'month_pages', 'track_reads')
group by table_schema, table_name
"""

Rows = Counter[str]


def relations(database: Database) -> dict[tuple[str, str], set[str]]:
    """All exported tables and views, with their JSON columns."""
    with psycopg.connect(database.conninfo) as connection:
        return {(schema, name): set(columns or ()) for schema, name, columns in connection.execute(_RELATIONS)}


def stored_rows(database: Database, schema: str, name: str) -> Rows:
    """The rows of a table or view, in the database."""
    with psycopg.connect(database.conninfo, row_factory=dict_row) as connection:
        set_json_loads(_load_json, connection)
        found = connection.execute(f"select * from {schema}.{name}".encode()).fetchall()
    return Counter(_plain({column: _as_exported(value) for column, value in row.items()}) for row in found)


def exported_rows(folder: Path, schema: str, name: str, json_columns: set[str]) -> Rows:
    """The rows of all its files, without the Hive columns, which must agree with the rows."""
    found = dataset.dataset(folder / schema / name, format="parquet", partitioning="hive").to_table().to_pylist()
    rows = []
    for row in found:
        track, date = row.pop("track", None), row.pop("date", None)
        assert row.get("track_slug", track) == track or track is None
        assert str(row.get("practice_date", date)) == str(date) or date is None
        for column in json_columns:
            row[column] = None if row[column] is None else _load_json(row[column])
        rows.append(_plain(row))
    return Counter(rows)


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """The inode and modification time of each file, which show whether it was written."""
    found = {file: file.stat() for file in folder.rglob("*.parquet")}
    return {str(file.relative_to(folder).parent): (stat.st_ino, stat.st_mtime_ns) for file, stat in found.items()}


def assert_equal(folder: Path, database: Database) -> None:
    """Assert that the files of every table hold its rows."""
    for (schema, name), json_columns in relations(database).items():
        if list((folder / schema / name).rglob("*.parquet")):
            rows = exported_rows(folder, schema, name, json_columns)
            assert rows == stored_rows(database, schema, name), name
        else:
            assert not stored_rows(database, schema, name), name


def _as_exported(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, timedelta):
        return Decimal(value // timedelta(microseconds=1)) / 1_000_000
    return value


def _plain(row: dict[str, Any]) -> str:
    """Equal rows as equal texts, whatever the trailing zeros of a number or the name of UTC."""
    return repr(sorted((name, _canonical(value)) for name, value in row.items()))


def _canonical(value: Any) -> Any:
    if isinstance(value, Decimal):
        return Decimal(0) if value == 0 else value.normalize()
    if getattr(value, "tzinfo", None) is not None:
        return ("UTC", value.timestamp(), value.microsecond)
    return value
