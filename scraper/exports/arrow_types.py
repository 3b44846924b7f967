"""PostgreSQL types as Arrow types, and the expressions whose CSV text Arrow reads as these types."""

import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from psycopg import sql

_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
# A numeric without precision is unbounded in PostgreSQL, but not in Arrow. This holds every figure in seconds.
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
    "interval": pa.decimal128(18, 6),  # in seconds: few readers support Parquet's intervals
    "numeric": pa.decimal128(*_UNBOUNDED),
}


@dataclass(frozen=True)
class Column:
    """A column of a table or view, with the name of its PostgreSQL type."""

    name: str
    sql_type: str

    @property
    def is_list(self) -> bool:
        """Whether a value is an array; arrays are copied as JSON."""
        return self.sql_type.endswith("[]")

    @property
    def arrow_type(self) -> Any:
        """The type in the file. Types that Arrow lacks (uuid, jsonb and others) become text as PostgreSQL writes it."""
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
