"""PostgreSQL's types in Arrow, each with what to select so that the text that `copy` writes is read as that type."""

import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from psycopg import sql

_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
# A numeric that declares no digits has any number of them, which Arrow has not: enough for every figure in seconds.
_UNBOUNDED = (38, 9)
_TYPES: dict[str, Any] = {
    "boolean": pa.bool_(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "date": pa.date32(),
    "time without time zone": pa.time64("us"),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "interval": pa.decimal128(18, 6),  # in seconds: Parquet's own intervals are read by nobody
    "numeric": pa.decimal128(*_UNBOUNDED),
}


@dataclass(frozen=True)
class Column:
    """A column of a table or view, with its type in PostgreSQL's words."""

    name: str
    sql_type: str

    @property
    def is_list(self) -> bool:
        """Whether a value is an array; it travels as JSON."""
        return self.sql_type.endswith("[]")

    @property
    def arrow_type(self) -> Any:
        """The type in the file. What Arrow has no type for (uuid, jsonb and others) is text as PostgreSQL writes it."""
        element = _arrow_type(self.sql_type.removesuffix("[]"))
        return pa.list_(element) if self.is_list else element

    @property
    def selected(self) -> sql.Composable:
        """The expression to copy."""
        name = sql.Identifier(self.name)
        if self.is_list:
            return sql.SQL("array_to_json({}::text[]) as {}").format(name, name)
        if self.sql_type == "interval":
            return sql.SQL("extract(epoch from {})::numeric(18, 6) as {}").format(name, name)
        if self.sql_type == "numeric":
            return sql.SQL("{}::numeric({}, {}) as {}").format(name, *_UNBOUNDED, name)
        return name


def _arrow_type(sql_type: str) -> Any:
    digits = _NUMERIC.fullmatch(sql_type)
    if digits:
        return pa.decimal128(int(digits[1]), int(digits[2]))
    return _TYPES.get(sql_type, pa.string())
