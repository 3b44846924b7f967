"""The pipeline and the COPY that it is compared with store the same rows."""

from typing import Any

import psycopg

from bench.raw_rows import begin_crawl, copy, copy_rows, store
from bench.stored_items import empty_raw_tables, stored_items
from scraper.database.connection import Database
from tests.support.history import SESSIONS_OF_A_DAY, fill

ROWS = """
select track_slug, session_id, payload, content_hash, url, parser_version, crawl_id
from raw.practice_sessions order by session_id
"""
WORK = "select track_slug, page_kind, page_key from raw.transform_queue order by page_key"


def rows(database: Database) -> tuple[list[Any], list[Any]]:
    with psycopg.connect(database.conninfo) as connection:
        return connection.execute(ROWS).fetchall(), connection.execute(WORK).fetchall()


def test_both_store_the_same_rows_and_queue_entries(database: Database) -> None:
    fill(database, SESSIONS_OF_A_DAY)
    items = [item for item in stored_items(database) if item.page.kind == "session"]
    crawl_id = begin_crawl(database)
    empty_raw_tables(database)
    store(database, crawl_id, items, at_once=7)
    stored = rows(database)
    assert [len(part) for part in stored] == [SESSIONS_OF_A_DAY, SESSIONS_OF_A_DAY]
    empty_raw_tables(database)
    copy(database, copy_rows(items, crawl_id))
    assert rows(database) == stored
