"""dlt is given the same items as we are, so the dbt models see the same pages."""

from pathlib import Path

import psycopg
import pytest

from bench.dlt_loads import DATASET, as_raw_rows, forget, land
from bench.history import fill
from bench.raw_rows import begin_crawl
from bench.stored_items import empty_raw_tables, stored_items
from scraper.database.connection import Database

SESSIONS = 50
COUNTS = f"""
select
    (select count(*) from {DATASET}.practice_sessions),
    (select count(*) from {DATASET}.practice_sessions__laps)
"""


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database, SESSIONS)
    return database


def test_whole_pages_come_back_as_they_were(filled: Database, tmp_path: Path) -> None:
    items = stored_items(filled)
    assert land(filled, filled, tmp_path, nested=False) > 0
    empty_raw_tables(filled)
    as_raw_rows(filled, begin_crawl(filled))
    by_key = {(item.kind, item.track_slug, item.key): item.payload for item in stored_items(filled)}
    assert by_key == {(item.kind, item.track_slug, item.key): item.payload for item in items}


def test_nested_pages_have_their_laps_in_a_table_and_are_forgotten_whole(filled: Database, tmp_path: Path) -> None:
    land(filled, filled, tmp_path, nested=True)
    with psycopg.connect(filled.conninfo) as connection:
        assert connection.execute(COUNTS).fetchone() == (SESSIONS, 9 * SESSIONS)
    forget(filled)
    with psycopg.connect(filled.conninfo) as connection:
        assert connection.execute("select from pg_namespace where nspname like %s", [f"{DATASET}%"]).fetchall() == []
