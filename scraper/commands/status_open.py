"""Days whose lists are still open, that is missing, contradicted or read too early, and rows that may be days."""

from collections.abc import Iterator
from datetime import date, datetime

import psycopg
from psycopg.rows import class_row

from scraper.commands.status_failures import FailedPages
from scraper.commands.status_queries import MONTHS_WITH_UNREADABLE_ROWS
from scraper.console import counted
from scraper.crawl.scope import first_open_day
from scraper.crawl.spiders.freshness import stale_lists, was_read_after_end
from scraper.crawl.spiders.month_counts import MonthCounts
from scraper.crawl.spiders.planner import month_of, months_between
from scraper.crawl.time_bounds import end_of_day, passed_everywhere
from scraper.raw.history import DAYS, MONTH, StoredDay, StoredMonth

MOST_NAMED = 3
_ABSENT = "not stored"


def open_lists(
    connection: psycopg.Connection, track: str, now: datetime, failed: FailedPages, *, is_scheduled: bool = True
) -> Iterator[str]:
    """Yield one line if lists of the track are open, with the command that reads them.

    Covers the days that scheduled crawls finish (`scraper.crawl.scope`), once they are over everywhere; for a track
    that is not scheduled only days whose lists are stored, because nobody asked for others. Failed lists are among the
    failed pages.
    """
    reasons = {day: reason for day, reason in _open_days(connection, track, now) if is_scheduled or reason != _ABSENT}
    if not reasons:
        return
    named = ", ".join(f"{day} {reasons[day]}" for day in sorted(reasons)[:MOST_NAMED])
    more = f" and {len(reasons) - MOST_NAMED} more" if len(reasons) > MOST_NAMED else ""
    first, last = f"{min(reasons)}", f"{max(reasons)}"
    yield (
        f"lists of {counted(len(reasons), 'day')} of {track} ({named}{more}); to read them: "
        f"make crawl transform TRACK={track} FROM={first} TO={last}{failed.refresh([track], first, last)}"
    )


def unreadable_months(connection: psycopg.Connection) -> Iterator[str]:
    """Yield a line for each of the newest month pages with rows that cannot be read: such a row may be a day."""
    months = connection.execute(MONTHS_WITH_UNREADABLE_ROWS, {"most": MOST_NAMED}).fetchall()
    for track, month, first_row, rows, _ in months:
        more = ", …" if rows > 1 else ""
        yield (
            f"month {month} of {track}: {counted(rows, 'row')} could not be read: '{first_row}'{more}; such a row may "
            "be a day with sessions. Update this program, or correct the page object"
        )
    if months and months[0][-1] > len(months):
        yield f"rows of {counted(months[0][-1] - len(months), 'more month page')}, which could not be read"


def _open_days(connection: psycopg.Connection, track: str, now: datetime) -> Iterator[tuple[date, str]]:
    first, last = first_open_day(now), now.date()
    with connection.cursor(row_factory=class_row(StoredDay)) as cursor:
        cursor.execute(DAYS, {"track_slug": track, "first": first, "last": last})
        stored = {day.practice_date: day for day in cursor.fetchall()}
    for month in months_between(first, last):
        lists = {day: row for day, row in stored.items() if month_of(day) == month}
        with connection.cursor(row_factory=class_row(StoredMonth)) as cursor:
            page = cursor.execute(MONTH, {"track_slug": track, "month": month}).fetchone()
        counts = MonthCounts.of_stored(page or StoredMonth(None, [], has_failed=False), lists)
        for day in stale_lists(lists, counts.by_day):
            is_over = passed_everywhere(end_of_day(day)) <= now
            if is_over and not (day in lists and lists[day].has_failed):
                yield day, _reason(lists.get(day))


def _reason(day: StoredDay | None) -> str:
    if day is None:
        return _ABSENT
    if day.is_short:
        return f"short: {day.rows} of {day.month_sessions}"
    if not was_read_after_end(day):
        return "read before the day was over"
    return "unlike its month page" if day.is_whole else "with unreadable rows"
