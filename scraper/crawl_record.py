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
