"""The final schema as plain rows by key, to compare with the truth of a season, or with itself."""

import json
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from scraper.database.connection import Database

KEYS = {
    "tracks": ("id",),
    "events": ("id",),
    "races": ("id",),
    "drivers": ("id",),
    "race_drivers": ("id",),
    "race_results": ("id",),
    "laps": ("race_result_id", "lap_number"),
}
WHEN_WRITTEN = {"created_at", "updated_at"}

Rows = dict[tuple[Any, ...], dict[str, Any]]


def by_key(table: str, rows: list[dict[str, Any]]) -> Rows:
    """Rows by their primary key, which must be one."""
    keyed = {tuple(row[column] for column in KEYS[table]): row for row in rows}
    assert len(keyed) == len(rows), f"{table} has rows with the same key"
    return keyed


def final_rows(database: Database, without: set[str]) -> dict[str, Rows]:
    """Every table of `racing`, without the columns named; numbers inside JSON are Decimal, as in the columns."""
    with psycopg.connect(database.conninfo, row_factory=dict_row) as connection:
        set_json_loads(partial(json.loads, parse_float=Decimal, parse_int=Decimal), connection)
        return {table: _rows_of(connection, table, without) for table in KEYS}


def _rows_of(connection: psycopg.Connection[dict[str, Any]], table: str, without: set[str]) -> Rows:
    rows = connection.execute(sql.SQL("select * from racing.{}").format(sql.Identifier(table))).fetchall()
    return by_key(table, [{name: value for name, value in row.items() if name not in without} for row in rows])


def differences(found: dict[str, Rows], expected: dict[str, Rows]) -> list[str]:
    """What is not equal, a line each, the first few of a table: for an assertion that says what is wrong."""
    lines = []
    for table, rows in expected.items():
        wrong = []
        for key in sorted(found[table].keys() | rows.keys(), key=str):
            one, other = found[table].get(key), rows.get(key)
            if one is None or other is None:
                wrong.append(f"{table} {key} is {'missing' if one is None else 'too many'}: {one or other}")
            elif one != other:
                columns = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
                wrong += [f"{table} {key}.{name} is {one.get(name)!r}, not {other.get(name)!r}" for name in columns]
        lines += wrong[:5] + ([f"{table}: {len(wrong) - 5} more"] if len(wrong) > 5 else [])
    return lines
