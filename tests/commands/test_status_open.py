"""`make status` names the days of scheduled tracks whose lists are still open."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from scraper.commands.status_failures import FailedPages
from scraper.commands.status_open import open_lists, unreadable_months
from scraper.database.connection import Database

NOW = datetime(2026, 3, 10, 18, tzinfo=UTC)
CRAWL = "insert into raw.crawls (arguments, version) values ('{}', '0')"
MONTH_PAGE = """
insert into raw.practice_months
    (track_slug, month, payload, content_hash, url, parser_version, crawl_id, fetched_at, last_seen_at)
values ('bend', %s, %s, 'x', 'x', 1, 1, %s, %s)
"""
DAY_LIST = """
insert into raw.practice_lists
    (track_slug, practice_date, payload, content_hash, url, parser_version, crawl_id, fetched_at, last_seen_at,
     month_sessions)
values ('bend', %s, %s, 'x', 'x', 1, 1, %s, %s, %s)
"""


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(CRAWL)
        yield connection


def add_month(connection: psycopg.Connection, month: str, read_at: datetime, **sessions: str) -> None:
    days = [{"date": f"{month}-{day[1:]}", "sessions": number} for day, number in sessions.items()]
    connection.execute(MONTH_PAGE, [month, Jsonb({"days": days}), read_at, read_at])


def add_list(
    connection: psycopg.Connection, day: date, sessions: int, read_at: datetime, month_sessions: int | None = None
) -> None:
    rows = [
        {"session_id": f"{number}", "started_at": f"{day} 10:00:00", "length": "3:00"} for number in range(sessions)
    ]
    connection.execute(DAY_LIST, [day, Jsonb({"sessions": rows}), read_at, read_at, month_sessions])


def test_days_that_a_month_page_shows_and_the_tables_lack_are_open(connection: psycopg.Connection) -> None:
    add_month(connection, "2026-03", NOW, d02="1", d07="1", d09="3", d10="1")
    add_month(connection, "2026-02", NOW - timedelta(days=9), d27="2")
    add_month(connection, "2026-01", NOW, d20="2")
    add_list(connection, date(2026, 3, 2), 1, NOW - timedelta(days=3), month_sessions=1)
    # The day of March 9 is over everywhere since noon UTC, that of March 10 is not.
    (line,) = open_lists(connection, "bend", NOW, FailedPages([]))
    assert line == (
        "lists of 3 days of bend (2026-02-27 not stored, 2026-03-07 not stored, 2026-03-09 not stored); to read them: "
        "make crawl transform TRACK=bend FROM=2026-02-27 TO=2026-03-09"
    )
    assert list(open_lists(connection, "hill", NOW, FailedPages([]))) == []


def test_lists_that_are_short_or_were_read_too_early_or_differ_are_open(connection: psycopg.Connection) -> None:
    add_month(connection, "2026-03", NOW, d02="1", d03="3", d04="2", d05="2")
    read_at = NOW - timedelta(hours=1)
    add_list(connection, date(2026, 3, 2), 1, datetime(2026, 3, 3, 12, 4, tzinfo=UTC))
    add_list(connection, date(2026, 3, 3), 1, read_at, month_sessions=3)
    add_list(connection, date(2026, 3, 4), 1, read_at)
    add_list(connection, date(2026, 3, 5), 2, read_at, month_sessions=2)
    (line,) = open_lists(connection, "bend", NOW, FailedPages([]))
    assert "2026-03-02 read before the day was over, 2026-03-03 short: 1 of 3, 2026-03-04 unlike its month page" in line
    assert line.startswith("lists of 3 days of bend (")


def test_a_list_that_was_read_after_its_month_page_and_its_day_is_not_open(connection: psycopg.Connection) -> None:
    add_month(connection, "2026-03", NOW - timedelta(days=5), d02="1")
    add_list(connection, date(2026, 3, 2), 2, NOW - timedelta(days=4))
    assert list(open_lists(connection, "bend", NOW, FailedPages([]))) == []


def test_a_track_that_is_not_scheduled_has_only_stored_lists_to_read(connection: psycopg.Connection) -> None:
    add_month(connection, "2026-03", NOW, d02="1", d03="1")
    add_list(connection, date(2026, 3, 2), 1, datetime(2026, 3, 3, 12, 4, tzinfo=UTC))
    (line,) = open_lists(connection, "bend", NOW, FailedPages([]), is_scheduled=False)
    assert line.startswith("lists of 1 day of bend (2026-03-02 read before the day was over); ")


def add_unreadable_month(connection: psycopg.Connection, month: str, *rows: str) -> None:
    payload = {"days": [], "unreadable_rows": [{"row": row, "reason": "no date"} for row in rows]}
    connection.execute(MONTH_PAGE, [month, Jsonb(payload), NOW, NOW])


def test_rows_of_month_pages_that_cannot_be_read_are_named_until_they_can(connection: psycopg.Connection) -> None:
    add_unreadable_month(connection, "2026-02", "Total 44", "Soon 1")
    add_unreadable_month(connection, "2026-03", "27.3. 4")
    may_be = "such a row may be a day with sessions. Update this program, or correct the page object"
    assert list(unreadable_months(connection)) == [
        f"month 2026-03 of bend: 1 row could not be read: '27.3. 4'; {may_be}",
        f"month 2026-02 of bend: 2 rows could not be read: 'Total 44', …; {may_be}",
    ]
    add_month(connection, "2026-03", NOW, d27="4")
    assert [line[:13] for line in unreadable_months(connection)] == ["month 2026-02"]
    for month in ("2025-12", "2025-11", "2025-10"):
        add_unreadable_month(connection, month, "Soon 1")
    assert list(unreadable_months(connection))[3:] == ["rows of 1 more month page, which could not be read"]
