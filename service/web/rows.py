"""Rows of the API: a class names its columns once, for the query, for JSON, for CSV and for OpenAPI."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, LiteralString

from psycopg import sql
from psycopg.rows import dict_row
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from service.web.pools import Connection

Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""An exact decimal, written digit by digit: read it as a decimal, not as a binary fraction."""

Seconds = Number
"""Seconds, with three decimals."""

WallClock = Annotated[
    datetime,
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$"}),
    Field(description="By the track's wall clock, without a zone."),
]

Instant = Annotated[datetime, Field(description="A point in time, with Z.")]


def _iso_date(text: object) -> object:
    """Accept year-month-day only: pydantic reads a bare number as seconds since 1970."""
    if isinstance(text, str) and len(text) != len("2025-10-25"):
        raise ValueError("write a date as 2025-10-25")
    if isinstance(text, int | float):
        raise ValueError("write a date as 2025-10-25")  # noqa: TRY004 - pydantic shows it
    return text


FIRST_YEAR = 1990
"""No page of the site is older."""

Day = Annotated[date, BeforeValidator(_iso_date)]
"""A calendar day in a request, such as 2025-10-25."""

TrackSlug = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$",
        description="First part of the host name of the track's LiveRC site, such as canberraoffroad.",
    ),
]


@dataclass(frozen=True)
class Column:
    """The column of a field that has another name than its column."""

    name: str


class Row(BaseModel):
    """One row of a model of `analytics` or a table of `racing`: its fields are columns."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the fields, in order."""
        return list(cls.model_fields)

    @classmethod
    def selected(cls) -> sql.Composable:
        """Return the list of columns for a query."""
        return sql.SQL(", ").join(
            sql.SQL("{} as {}").format(sql.Identifier(_column(name, field.metadata)), sql.Identifier(name))
            for name, field in cls.model_fields.items()
        )


def select(connection: Connection, row: type[Row], rest: LiteralString, **parameters: Any) -> Sequence[dict[str, Any]]:
    """Return the rows of `select … rest`, where `rest` begins with `from`."""
    query = sql.SQL("select {} " + rest).format(row.selected())
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters).fetchall()


def _column(name: str, metadata: Sequence[Any]) -> str:
    return next((each.name for each in metadata if isinstance(each, Column)), name)
