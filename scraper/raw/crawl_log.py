"""The record of a crawl in `raw.crawls`: its arguments, how it ended, and its figures."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from scraper import __version__

_BEGIN = "insert into raw.crawls (arguments, version) values (%s, %s) returning crawl_id"

# Only one crawl runs at a time, so whoever holds the lock knows that every other that claims to run was killed. When
# that happened nobody knows: `ended_at` stays null.
_ABANDON = "update raw.crawls set outcome = 'abandoned' where outcome = 'running'"

_NEWEST_SESSION = "select coalesce(max(load_id), 0) from raw.practice_sessions"

# By primary key: `crawl_id` has no index, and would need one for this alone.
_DRIVERS = """
select count(distinct coalesce(nullif(payload ->> 'transponder', ''), 'practice_session_' || session_id))
from raw.practice_sessions
where load_id > %(newest_before)s and crawl_id = %(crawl_id)s
"""

_END = "update raw.crawls set ended_at = now(), outcome = %(outcome)s, {} where crawl_id = %(crawl_id)s"


def begin(connection: psycopg.Connection, arguments: Mapping[str, Any]) -> int:
    """Open a record and return its `crawl_id`. The connection holds the lock of Job.CRAWL."""
    connection.execute(_ABANDON)
    (crawl_id,) = connection.execute(_BEGIN, [Jsonb(dict(arguments)), __version__]).fetchone() or (0,)
    return int(crawl_id)


def end(connection: psycopg.Connection, crawl_id: int, outcome: str, figures: Mapping[str, int]) -> None:
    """Close the record with `finished`, `interrupted` or `failed`, and the figures by column."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in figures
    )
    connection.execute(sql.SQL(_END).format(columns), {"crawl_id": crawl_id, "outcome": outcome, **figures})


def newest_session(connection: psycopg.Connection) -> int:
    """The `load_id` of the newest stored version of a session's page, 0 when there is none."""
    (load_id,) = connection.execute(_NEWEST_SESSION).fetchone() or (0,)
    return int(load_id)


def drivers_of(connection: psycopg.Connection, crawl_id: int, newest_before: int) -> int:
    """How many drivers a crawl's new session pages have; `newest_before` is `newest_session` at its beginning.

    Counted at the end: along the way it would take the memory of every driver seen.
    """
    parameters = {"crawl_id": crawl_id, "newest_before": newest_before}
    (drivers,) = connection.execute(_DRIVERS, parameters).fetchone() or (0,)
    return int(drivers)
