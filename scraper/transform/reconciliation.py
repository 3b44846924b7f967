"""Practice days whose figures differ from the totals that the site prints."""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from psycopg import sql

# The first transform makes the table.
_IS_THERE = "select to_regclass('analytics.day_reconciliation') is not null"
_DIFFERING_DAYS = """
select track_slug, practice_date, differences, count(*) over ()
from analytics.day_reconciliation
where verdict = 'differs' and {}
order by practice_date desc, track_slug
limit %s
"""


def differing_days(connection: psycopg.Connection[Any], most: int, among: LiteralString = "true") -> Iterator[str]:
    """Describe at most so many days that differ, newest first, one line each; and count the others.

    `among` is an SQL condition on the rows of `analytics.day_reconciliation`.
    """
    if connection.execute(_IS_THERE).fetchone() != (True,):
        return
    days = connection.execute(sql.SQL(_DIFFERING_DAYS).format(sql.SQL(among)), [most]).fetchall()
    for track, day, differences, _ in days:
        yield f"differs  {track} {day}: {'; '.join(differences)}"
    if days and days[0][3] > len(days):
        yield f"… and {days[0][3] - len(days)} more, all in analytics.day_reconciliation"
