"""Freshness rules case by case, without a site or a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scraper.crawl.spiders.freshness import is_list_stale, is_session_stale
from scraper.raw.history import ListedSession, StoredDay

DAY = date(2025, 10, 25)
OVER = datetime(2025, 10, 26, 12, 5, tzinfo=UTC)
"""The day, and a session's timeout after it, are over twelve hours west of Greenwich."""

STORED = StoredDay(DAY, False, OVER, is_whole=True, rows=57, sessions=56, rows_near_midnight=[])


@pytest.mark.parametrize(
    ("day", "sessions_on_month_page", "is_stale"),
    [
        (None, "56", True),
        (replace(STORED, read_at=None), "56", True),
        (replace(STORED, read_at=None), None, True),
        (STORED, "56", False),
        (STORED, "57", False),  # a list that shows a session twice
        (STORED, "58", True),
        (STORED, "", True),
        (STORED, "many", True),
        (STORED, None, True),  # all its sessions were removed from the site
        (replace(STORED, rows=0, sessions=0), None, False),
        (replace(STORED, rows=0, sessions=0, month_sessions=2), None, True),  # short
        (replace(STORED, month_sessions=58), "57", True),  # short by an earlier month page
        (replace(STORED, month_sessions=57), "57", False),
        (replace(STORED, rows=1100, sessions=1100), "1,100", False),
        (replace(STORED, has_failed=True), "56", True),
        (replace(STORED, is_whole=False), "56", True),
        (replace(STORED, read_at=OVER - timedelta(seconds=1)), "56", True),
    ],
)
def test_a_list_is_stale_unless_nothing_on_it_can_have_changed(
    day: StoredDay | None, sessions_on_month_page: str | None, is_stale: bool
) -> None:
    assert is_list_stale(day, sessions_on_month_page) is is_stale


@pytest.mark.parametrize("number", ["58", ""])
@pytest.mark.parametrize(
    ("unchanged_for", "pause"),
    [
        (timedelta(0), timedelta(minutes=30)),
        (timedelta(minutes=20), timedelta(minutes=30)),
        (timedelta(hours=5), timedelta(hours=5)),
        (timedelta(days=60), timedelta(days=7)),
    ],
)
def test_a_list_unlike_its_month_page_is_left_alone_for_as_long_as_it_has_been_so(
    number: str, unchanged_for: timedelta, pause: timedelta
) -> None:
    day = replace(STORED, first_read_at=OVER - unchanged_for, month_sessions=58)
    assert not is_list_stale(day, number, OVER + pause - timedelta(seconds=1))
    assert is_list_stale(day, number, OVER + pause)
    assert is_list_stale(day, "59", OVER)


def test_a_list_is_stale_if_it_was_read_while_a_session_ran_past_midnight() -> None:
    rows = [
        {"started_at": "2025-10-25 23:50:00", "length": "25:00"},
        {"started_at": "2025-10-25 16:00:00", "length": "8:00"},
    ]
    closed = datetime(2025, 10, 26, 12, 20, tzinfo=UTC)
    assert is_list_stale(replace(STORED, read_at=closed - timedelta(seconds=1), rows_near_midnight=rows), "56")
    assert not is_list_stale(replace(STORED, read_at=closed, rows_near_midnight=rows), "56")


LIST_READ = datetime(2025, 10, 25, 18, tzinfo=UTC)
CAPTURED = ListedSession(
    DAY,
    "900001",
    "2025-10-25 16:00:00",
    "8:00",
    is_captured_as_listed=True,
    page_read_at=LIST_READ + timedelta(seconds=20),
    row_shown_at=LIST_READ,
    latest_start="2025-10-25 16:05:00",
)


@pytest.mark.parametrize(
    ("session", "is_stale"),
    [
        (replace(CAPTURED, is_captured_as_listed=False, page_read_at=None), True),
        (CAPTURED, True),
        (replace(CAPTURED, latest_start="2025-10-25 16:12:59"), True),
        (replace(CAPTURED, latest_start="2025-10-25 16:13:00"), False),
        (replace(CAPTURED, latest_start=None), True),
        (replace(CAPTURED, latest_start="soon"), True),
        (replace(CAPTURED, page_read_at=LIST_READ + timedelta(minutes=5)), False),
        (replace(CAPTURED, page_read_at=LIST_READ + timedelta(minutes=5, seconds=-1)), True),
    ],
)
def test_a_captured_session_is_stale_while_it_may_have_been_running(session: ListedSession, is_stale: bool) -> None:
    assert is_session_stale(session) is is_stale


def test_a_session_that_was_over_in_every_time_zone_is_fresh() -> None:
    over = datetime(2025, 10, 26, 4, 13, tzinfo=UTC)
    for early, is_stale in ((timedelta(seconds=1), True), (timedelta(0), False)):
        read_at = over - early
        assert is_session_stale(replace(CAPTURED, page_read_at=read_at, row_shown_at=read_at)) is is_stale
