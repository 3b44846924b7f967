"""The crawl log, `raw.crawls`: one row per crawl with its arguments, outcome and figures."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from scraper import __version__

_BEGIN = "insert into raw.crawls (arguments, version) values (%s, %s) returning crawl_id"

# Only the holder of the crawl lock gets here, so every other crawl that is still `running` was killed. Its end is
# unknown: `ended_at` stays null.
_ABANDON = "update raw.crawls set outcome = 'abandoned' where outcome = 'running'"

_NEWEST_SESSION = "select coalesce(max(load_id), 0) from raw.practice_sessions"

# Selects by primary key, because `crawl_id` has no index and would need one for this query alone.
_DRIVERS = """
select count(distinct coalesce(nullif(payload ->> 'transponder', ''), 'practice_session_' || session_id))
from raw.practice_sessions
where load_id > %(newest_before)s and crawl_id = %(crawl_id)s
"""

_END = "update raw.crawls set ended_at = now(), outcome = %(outcome)s, {} where crawl_id = %(crawl_id)s"


def begin(connection: psycopg.Connection, arguments: Mapping[str, Any]) -> int:
    """Insert the row of a crawl and return its `crawl_id`. The connection holds the crawl lock."""
    connection.execute(_ABANDON)
    (crawl_id,) = connection.execute(_BEGIN, [Jsonb(dict(arguments)), __version__]).fetchone() or (0,)
    return int(crawl_id)


def end(connection: psycopg.Connection, crawl_id: int, outcome: str, figures: Mapping[str, int]) -> None:
    """Complete the row: `outcome` is `finished`, `interrupted` or `failed`; `figures` are values by column."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in figures
    )
    connection.execute(sql.SQL(_END).format(columns), {"crawl_id": crawl_id, "outcome": outcome, **figures})


def newest_session(connection: psycopg.Connection) -> int:
    """Return the `load_id` of the newest version of a session page, 0 if there is none."""
    (load_id,) = connection.execute(_NEWEST_SESSION).fetchone() or (0,)
    return int(load_id)


def drivers_of(connection: psycopg.Connection, crawl_id: int, newest_before: int) -> int:
    """Count the drivers on a crawl's new session pages. `newest_before` is `newest_session` when the crawl began.

    They are counted when the crawl ends: counting on the way would keep every driver in memory.
    """
    parameters = {"crawl_id": crawl_id, "newest_before": newest_before}
    (drivers,) = connection.execute(_DRIVERS, parameters).fetchone() or (0,)
    return int(drivers)
