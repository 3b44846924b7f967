"""Practice days that do not add up, by `analytics.day_reconciliation`, in the words of the transform and of status."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

import psycopg
from psycopg import sql

# The first transform makes the table.
_IS_THERE = "select to_regclass('analytics.day_reconciliation') is not null"
_DAYS = """
select track_slug, practice_date, differences, not_understood, count(*) over ()
from analytics.day_reconciliation
where verdict in ('differs', 'not_understood', 'partial') and (differences != '{{}}' or not_understood != '{{}}') and {}
order by practice_date desc, track_slug
limit %s
"""
_SHORT_DAYS = """
select track_slug, practice_date, count(*) over ()
from analytics.day_reconciliation
where verdict = 'differs' and missing_sessions > 0
order by practice_date desc, track_slug
limit %s
"""


@dataclass(frozen=True)
class ShortDays:
    """Days that have more sessions on their month page: how many there are, and the newest of them."""

    total: int
    newest: list[tuple[str, date]]


def days_that_do_not_add_up(
    connection: psycopg.Connection[Any], most: int, among: LiteralString = "true"
) -> Iterator[str]:
    """Describe at most so many days that differ or are not understood, newest first, one line each; count the others.

    `among` is an SQL condition on the rows of `analytics.day_reconciliation`.
    """
    days = _rows(connection, sql.SQL(_DAYS).format(sql.SQL(among)), most)
    for track, day, differences, not_understood, _ in days:
        yield _line(f"{track} {day}", differences, not_understood)
    if days and days[0][-1] > len(days):
        yield f"… and {days[0][-1] - len(days)} more, all in analytics.day_reconciliation"


def short_days(connection: psycopg.Connection[Any], most: int) -> ShortDays:
    """Return the days with fewer sessions than on their month page, at most so many of them by name."""
    days = _rows(connection, sql.SQL(_SHORT_DAYS), most)
    return ShortDays(days[0][-1] if days else 0, [(track, day) for track, day, _ in days])


def _line(day: str, differences: list[str], not_understood: list[str]) -> str:
    if not differences:
        return f"not understood  {day}: {'; '.join(not_understood)}"
    also = f"; not understood: {'; '.join(not_understood)}" if not_understood else ""
    return f"differs  {day}: {'; '.join(differences)}{also}"


def _rows(connection: psycopg.Connection[Any], query: sql.SQL | sql.Composed, most: int) -> list[tuple[Any, ...]]:
    if connection.execute(_IS_THERE).fetchone() != (True,):
        return []
    rows: list[tuple[Any, ...]] = connection.execute(query, [most]).fetchall()
    return rows
