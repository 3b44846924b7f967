"""Which lists and session pages are worth a request, case by case, without a site or a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from scraper.crawl.spiders.freshness import list_is_due, session_is_due
from scraper.raw.history import ListedSession, StoredDay

DAY = date(2025, 10, 25)
OVER = datetime(2025, 10, 26, 12, 5, tzinfo=UTC)
"""The day, and a session's timeout after it, are over twelve hours west of Greenwich."""

STORED = StoredDay(DAY, False, OVER, is_whole=True, rows=57, sessions=56, rows_near_midnight=[])


@pytest.mark.parametrize(
    ("day", "shown", "is_due"),
    [
        (None, "56", True),
        (replace(STORED, read_at=None), "56", True),
        (replace(STORED, read_at=None), None, True),
        (STORED, "56", False),
        (STORED, "57", False),  # a list that shows a session twice
        (STORED, "58", True),
        (STORED, "", True),
        (STORED, "many", True),
        (STORED, None, True),  # all its sessions have left the site
        (replace(STORED, rows=0, sessions=0), None, False),
        (replace(STORED, has_failed=True), "56", True),
        (replace(STORED, is_whole=False), "56", True),
        (replace(STORED, read_at=OVER - timedelta(seconds=1)), "56", True),
    ],
)
def test_a_list_is_read_unless_it_is_known_to_say_nothing_new(
    day: StoredDay | None, shown: str | None, is_due: bool
) -> None:
    assert list_is_due(day, shown) is is_due


def test_a_list_is_read_again_if_a_session_ran_past_midnight_when_it_was() -> None:
    rows = [
        {"started_at": "2025-10-25 23:50:00", "length": "25:00"},
        {"started_at": "2025-10-25 16:00:00", "length": "8:00"},
    ]
    closed = datetime(2025, 10, 26, 12, 20, tzinfo=UTC)
    assert list_is_due(replace(STORED, read_at=closed - timedelta(seconds=1), rows_near_midnight=rows), "56")
    assert not list_is_due(replace(STORED, read_at=closed, rows_near_midnight=rows), "56")


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
    ("session", "is_due"),
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
def test_a_captured_session_is_asked_for_again_while_it_may_have_been_running(
    session: ListedSession, is_due: bool
) -> None:
    assert session_is_due(session) is is_due


def test_a_session_that_was_over_by_every_clock_is_not_asked_for_again() -> None:
    over = datetime(2025, 10, 26, 4, 13, tzinfo=UTC)
    for early, is_due in ((timedelta(seconds=1), True), (timedelta(0), False)):
        read_at = over - early
        assert session_is_due(replace(CAPTURED, page_read_at=read_at, row_shown_at=read_at)) is is_due
