"""dlt loads the same items as the pipeline, so the dbt models read the same pages."""

from pathlib import Path

import psycopg
import pytest

from bench.competitors.dlt_loads import DATASET, copy_to_raw_tables, drop, load
from bench.raw_rows import begin_crawl
from bench.stored_items import empty_raw_tables, stored_items
from scraper.database.connection import Database
from tests.support.history import fill

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


def test_whole_payloads_are_unchanged(filled: Database, tmp_path: Path) -> None:
    items = stored_items(filled)
    assert load(filled, filled, tmp_path, nested=False) > 0
    empty_raw_tables(filled)
    copy_to_raw_tables(filled, begin_crawl(filled))
    by_key = {item.page: item.payload for item in stored_items(filled)}
    assert by_key == {item.page: item.payload for item in items}


def test_nested_payloads_have_a_table_of_laps_and_are_dropped_completely(filled: Database, tmp_path: Path) -> None:
    load(filled, filled, tmp_path, nested=True)
    with psycopg.connect(filled.conninfo) as connection:
        assert connection.execute(COUNTS).fetchone() == (SESSIONS, 9 * SESSIONS)
    drop(filled)
    with psycopg.connect(filled.conninfo) as connection:
        assert connection.execute("select from pg_namespace where nspname like %s", [f"{DATASET}%"]).fetchall() == []
