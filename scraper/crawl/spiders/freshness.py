"""Freshness: which stored lists and session pages are stale, decided without a request to the site.

A fresh page cannot have changed since it was stored; a stale page may have.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from scraper.crawl.time_bounds import SESSION_TIMEOUT, closing_time, end_of_day, passed_everywhere, read_clock
from scraper.pages import read_count
from scraper.raw.history import ListedSession, StoredDay

SHORTEST_PAUSE = timedelta(minutes=30)
LONGEST_PAUSE = timedelta(days=7)
"""Bounds of the pause after which a list that stays incomplete or contradicted is read again by a scheduled crawl."""


def stale_lists(
    stored: Mapping[date, StoredDay], sessions_by_day: Mapping[date, str], now: datetime | None = None
) -> set[date]:
    """Return the days, stored or on the month page, whose lists have to be read; `now` as in `is_list_stale`."""
    known = {*stored, *sessions_by_day}
    return {day for day in known if is_list_stale(stored.get(day), sessions_by_day.get(day), now)}


def is_list_stale(day: StoredDay | None, sessions_on_month_page: str | None, now: datetime | None = None) -> bool:
    """Return whether a day's list has to be read. The month page's number is None for a day that it does not show, and
    text without a number where it is not known.

    With `now`, a list that was found incomplete or contradicted before is left alone until its pause is over.
    """
    if day is None or day.read_at is None or day.has_failed:
        return True
    if sessions_on_month_page is None:
        # If sessions are stored, they must have been removed from the site since.
        return (day.rows > 0 or day.is_short) and not (day.month_sessions == 0 and _is_pausing(day, now))
    if not was_read_after_end(day):
        return True
    number = read_count(sessions_on_month_page)
    if number in (day.rows, day.sessions) and day.is_whole and not day.is_short:
        return False
    return number not in (None, day.month_sessions) or not _is_pausing(day, now)


def is_session_stale(session: ListedSession) -> bool:
    """Return whether a session page must be read: it is new or failed, its row changed, or it may have been running."""
    return not session.is_captured_as_listed or _may_have_been_running(session)


def was_read_after_end(day: StoredDay) -> bool:
    """Return whether the list was read after its day, and its last session, were over everywhere on earth."""
    closed = [
        closing_time(day.practice_date, row.get("started_at", ""), row.get("length", ""))
        for row in day.rows_near_midnight
    ]
    return day.read_at is not None and day.read_at >= passed_everywhere(max([end_of_day(day.practice_date), *closed]))


def _is_pausing(day: StoredDay, now: datetime | None) -> bool:
    """Return whether the same list with the same number on the month page was read not long ago.

    The pause is as long as both have been the same, so the time between two requests doubles.
    """
    if now is None or day.read_at is None or day.first_read_at is None:
        return False
    unchanged_for = day.read_at - day.first_read_at
    return now < day.read_at + min(max(unchanged_for, SHORTEST_PAUSE), LONGEST_PAUSE)


def _may_have_been_running(session: ListedSession) -> bool:
    """Return whether the page may have been read before the session was closed, although its row is still the same.

    The session was closed if its row had been the same for longer than the site's timeout, if another session had begun
    after its timeout, or if the timeout had passed on every wall clock on earth.
    """
    if session.page_read_at is None or session.row_shown_at is None:
        return True
    if session.page_read_at >= session.row_shown_at + SESSION_TIMEOUT:
        return False
    closed = closing_time(session.practice_date, session.started_at, session.length)
    other_start = read_clock(session.latest_start or "")
    return (other_start is None or other_start < closed) and session.page_read_at < passed_everywhere(closed)
