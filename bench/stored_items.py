"""The items behind stored pages, as input for everything that loads items."""

from collections.abc import Iterator

import psycopg

from scraper.database.connection import Database
from scraper.raw.items import CapturedPage, PageId

_LISTS = "select track_slug, practice_date, url, payload from raw.practice_lists order by load_id"
_SESSIONS = "select track_slug, session_id, url, payload from raw.practice_sessions order by load_id"

EMPTY = "truncate raw.practice_lists, raw.practice_sessions, raw.transform_queue"


def stored_items(database: Database) -> list[CapturedPage]:
    """Return the items of all stored list and session pages, as the spider yields them."""
    with database.connect() as connection:
        return list(_items(connection))


def _items(connection: psycopg.Connection) -> Iterator[CapturedPage]:
    for kind, query in (("list", _LISTS), ("session", _SESSIONS)):
        for track_slug, key, url, payload in connection.execute(query):
            yield CapturedPage(PageId(track_slug, kind, f"{key}"), url, payload)


def empty_raw_tables(database: Database) -> None:
    """Remove all list and session pages, and what is queued for the transform."""
    with database.connect() as connection:
        connection.execute(EMPTY)
