"""Rows from PostgreSQL to Arrow: `copy` writes CSV, and Arrow reads it with the given types."""

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from scraper.exports.arrow_types import Column

# Bytes of CSV in memory at once; about one row group of the file.
_BLOCK = 16 * 1024 * 1024


class _CopiedText(io.RawIOBase):
    """The output of `copy` as a readable file."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy
        self._unread = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._unread:
            self._unread = memoryview(self._copy.read())
        size = min(len(buffer), len(self._unread))
        buffer[:size] = self._unread[:size]
        self._unread = self._unread[size:]
        return size


def schema_of(columns: Sequence[Column]) -> Any:
    """Return the Arrow schema of a table's file."""
    return pa.schema([(column.name, column.arrow_type) for column in columns])


def record_batches(
    connection: psycopg.Connection[Any], query: sql.Composable, columns: Sequence[Column]
) -> Iterator[Any]:
    """Yield the query's rows as record batches; equal rows give equal batches.

    Raises ArrowInvalid for a value that its column's type cannot hold, such as NaN in a decimal.
    """
    statement = sql.SQL("copy ({}) to stdout (format csv, header)").format(query)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        reader = csv.open_csv(
            io.BufferedReader(_CopiedText(copy)),
            read_options=csv.ReadOptions(block_size=_BLOCK, use_threads=False),
            parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types={column.name: _read_as(column) for column in columns},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,  # copy quotes an empty text, and never a null
                true_values=["t"],
                false_values=["f"],
            ),
        )
        for batch in reader:
            arrays = [_listed(values, column) for values, column in zip(batch.columns, columns, strict=True)]
            yield pa.record_batch(arrays, schema=schema_of(columns))


def _read_as(column: Column) -> Any:
    return pa.string() if column.is_list else column.arrow_type


def _listed(values: Any, column: Column) -> Any:
    if not column.is_list:
        return values
    lists = [None if text is None else json.loads(text) for text in values.to_pylist()]
    return pa.array(lists, pa.list_(pa.string())).cast(column.arrow_type)
