"""Freshness: which stored lists and session pages are stale, decided without a request to the site.

A fresh page cannot have changed since it was stored; a stale page may have.
"""

from scraper.crawl.time_bounds import SESSION_TIMEOUT, closing_time, end_of_day, passed_everywhere, read_clock
from scraper.pages import read_count
from scraper.raw.history import ListedSession, StoredDay


def is_list_stale(day: StoredDay | None, sessions_on_month_page: str | None) -> bool:
    """Return whether a day's list has to be read. The month page's number is None for a day that it does not show."""
    if day is None or day.read_at is None or day.has_failed:
        return True
    if sessions_on_month_page is None:
        # If sessions are stored, they must have been removed from the site since.
        return day.rows > 0
    is_same_number = read_count(sessions_on_month_page) in (day.rows, day.sessions)
    return not (is_same_number and day.is_whole and _was_read_after_end(day))


def is_session_stale(session: ListedSession) -> bool:
    """Return whether a session page must be read: it is new or failed, its row changed, or it may have been running."""
    return not session.is_captured_as_listed or _may_have_been_running(session)


def _was_read_after_end(day: StoredDay) -> bool:
    closed = [
        closing_time(day.practice_date, row.get("started_at", ""), row.get("length", ""))
        for row in day.rows_near_midnight
    ]
    return day.read_at is not None and day.read_at >= passed_everywhere(max([end_of_day(day.practice_date), *closed]))


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
