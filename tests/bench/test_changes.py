"""The changes that `make bench` measures store exactly the page versions that they name."""

import psycopg
import pytest

from bench import changes
from scraper.database.connection import Database
from tests.support.history import SESSIONS_OF_A_DAY, TRACKS, add_day, fill, stored_sessions

SESSIONS = 2 * TRACKS * SESSIONS_OF_A_DAY  # two days of each track
VERSIONS = "select session_id, count(*) from raw.practice_sessions group by session_id having count(*) > 1"
DAYS = "select practice_date, track_slug from raw.practice_lists"


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database, SESSIONS)
    return database


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.conninfo) as connection:
        return connection.execute(query).fetchall()


def test_each_edit_stores_a_new_version_of_every_session_of_a_day(filled: Database) -> None:
    changes.edit_one_day(filled)
    assert [versions for _, versions in rows(filled, VERSIONS)] == [2] * SESSIONS_OF_A_DAY
    changes.edit_one_percent(filled)
    changes.edit_one_percent(filled)
    versions = "select count(*), count(distinct content_hash) from raw.practice_sessions"
    assert rows(filled, versions) == [(SESSIONS + 150, SESSIONS + 150)]


def test_a_day_is_added_with_new_sessions_only(filled: Database) -> None:
    before = rows(filled, DAYS)
    add_day(filled)
    assert len(set(rows(filled, DAYS)) - set(before)) == 1
    assert stored_sessions(filled) == SESSIONS + SESSIONS_OF_A_DAY
    assert rows(filled, VERSIONS) == []


def test_no_change_stores_nothing(filled: Database) -> None:
    changes.change_nothing(filled)
    assert stored_sessions(filled) == SESSIONS
    assert rows(filled, VERSIONS) == []
