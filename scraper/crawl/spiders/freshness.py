"""Which lists and session pages can say anything new. Everything here can be known without asking the site."""

from scraper.crawl.time_bounds import SESSION_TIMEOUT, closing_time, end_of_day, passed_everywhere, read_clock
from scraper.raw.history import ListedSession, StoredDay


def list_is_due(day: StoredDay | None, shown: str | None) -> bool:
    """Whether a day's list is to be read. `shown` is the number of sessions that the month page has for it, if any."""
    if day is None or day.read_at is None or day.has_failed:
        return True
    if shown is None:
        # Not on the month page: nothing to see, unless sessions are stored, which must have left the site.
        return day.rows > 0
    counted = shown in (str(day.rows), str(day.sessions))
    return not (counted and day.is_whole and _was_read_after_its_end(day))


def session_is_due(session: ListedSession) -> bool:
    """Whether a session's page is to be read: it is new, failed, its list row has changed, or it was still running."""
    return not session.is_captured_as_listed or _may_have_been_running(session)


def _was_read_after_its_end(day: StoredDay) -> bool:
    closed = [
        closing_time(day.practice_date, row.get("started_at", ""), row.get("length", ""))
        for row in day.rows_near_midnight
    ]
    return day.read_at is not None and day.read_at >= passed_everywhere(max([end_of_day(day.practice_date), *closed]))


def _may_have_been_running(session: ListedSession) -> bool:
    """Whether the session's page was perhaps read before the session was closed, though its list row is still the same.

    Three things rule that out: the row had stood as it does for longer than the site's timeout; or another session had
    begun after this one's timeout; or the timeout had passed on every wall clock there is.
    """
    if session.page_read_at is None or session.row_shown_at is None:
        return True
    if session.page_read_at >= session.row_shown_at + SESSION_TIMEOUT:
        return False
    closed = closing_time(session.practice_date, session.started_at, session.length)
    other_start = read_clock(session.latest_start or "")
    return (other_start is None or other_start < closed) and session.page_read_at < passed_everywhere(closed)
