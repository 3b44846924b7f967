"""Practice days and months that do not add up, in the words of the transform and of status."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from scraper.console import counted

# The first transform makes table and view.
_IS_THERE = """
select
    to_regclass('analytics.day_reconciliation') is not null
    and to_regclass('intermediate.int_reconciliation__months') is not null
"""
_DAYS = """
select track_slug, practice_date, differences, not_understood, count(*) over ()
from analytics.day_reconciliation
where verdict in ('differs', 'not_understood', 'partial') and (differences != '{{}}' or not_understood != '{{}}') and {}
order by practice_date desc, track_slug
limit %s
"""
_MONTHS = """
select track_slug, month, not_understood, count(*) over ()
from intermediate.int_reconciliation__months
where {}
order by month desc, track_slug
limit %s
"""
_COUNTS = """
select
    count(*) filter (where differences != '{}'),
    count(*) filter (where differences = '{}' and not_understood != '{}'),
    (select count(*) from intermediate.int_reconciliation__months)
from analytics.day_reconciliation
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
    days = _rows(connection, sql.SQL(_DAYS).format(sql.SQL(among)), [most])
    for track, day, differences, not_understood, _ in days:
        yield _line(f"{track} {day}", differences, not_understood)
    if days and days[0][-1] > len(days):
        yield f"… and {days[0][-1] - len(days)} more, all in analytics.day_reconciliation"


def months_that_are_not_understood(
    connection: psycopg.Connection[Any], most: int, among: LiteralString = "true"
) -> Iterator[str]:
    """Describe at most so many months with figures that are not understood, in the same way.

    `among` is an SQL condition on the rows of `intermediate.int_reconciliation__months`.
    """
    months = _rows(connection, sql.SQL(_MONTHS).format(sql.SQL(among)), [most])
    for track, month, not_understood, _ in months:
        yield _line(f"{track} {month}", [], not_understood)
    if months and months[0][-1] > len(months):
        yield f"… and {months[0][-1] - len(months)} more, all in intermediate.int_reconciliation__months"


def all_that_does_not_add_up(connection: psycopg.Connection[Any]) -> str:
    """Return how many days and months the two functions above describe, in words; "" if there are none."""
    ((differing, days, months),) = _rows(connection, sql.SQL(_COUNTS)) or [(0, 0, 0)]
    unclear = " and ".join(counted(number, thing) for number, thing in ((days, "day"), (months, "month")) if number)
    return " and ".join(
        words
        for words in (
            f"{counted(differing, 'day')} {'differs' if differing == 1 else 'differ'} from the site's totals"
            if differing
            else "",
            f"{unclear} {'has' if days + months == 1 else 'have'} figures that are not understood" if unclear else "",
        )
        if words
    )


def short_days(connection: psycopg.Connection[Any], most: int) -> ShortDays:
    """Return the days with fewer sessions than on their month page, at most so many of them by name."""
    days = _rows(connection, sql.SQL(_SHORT_DAYS), [most])
    return ShortDays(days[0][-1] if days else 0, [(track, day) for track, day, _ in days])


def _line(day: str, differences: list[str], not_understood: list[str]) -> str:
    if not differences:
        return f"not understood  {day}: {'; '.join(not_understood)}"
    also = f"; not understood: {'; '.join(not_understood)}" if not_understood else ""
    return f"differs  {day}: {'; '.join(differences)}{also}"


def _rows(
    connection: psycopg.Connection[Any], query: sql.SQL | sql.Composed, parameters: Sequence[object] | None = None
) -> list[tuple[Any, ...]]:
    if connection.execute(_IS_THERE).fetchone() != (True,):
        return []
    rows: list[tuple[Any, ...]] = connection.execute(query, parameters).fetchall()
    return rows
