"""Months and days of a track, by the site's month pages and as they are stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from service.web.pools import Connection
from service.web.rows import Instant, Row, select


class MonthPage(Row):
    """When the month page of a track was read, and what it can tell."""

    month: date
    is_whole: bool
    is_of_whole_month: bool
    read_at: Instant


class CalendarDay(Row):
    """A day that the month page shows, or that is stored."""

    practice_date: date
    site_sessions: int | None
    event_id: UUID | None
    ingest_depth: str | None
    verdict: str | None
    sessions: int | None
    laps: int | None


# A track that was only discovered so far has no practice day, but a month page. The tracks come first, because they are
# few: the months are read for a track that is not among them.
_SPELLED = """
select source_track_slug from racing.tracks where lower(source_track_slug) = lower(%(slug)s)
union all
select track_slug from analytics.month_pages where lower(track_slug) = lower(%(slug)s)
limit 1
"""


def spelled(connection: Connection, track_slug: str) -> str | None:
    """Return the slug as it is stored, None if nothing is stored of the track."""
    found = connection.execute(_SPELLED, {"slug": track_slug}).fetchone()
    return str(found[0]) if found else None


def month_pages(connection: Connection, track: str, months: Sequence[date]) -> Mapping[date, dict[str, Any]]:
    """Return the stored month pages by month."""
    pages = select(
        connection,
        MonthPage,
        "from analytics.month_pages where track_slug = %(track)s and month = any(%(months)s)",
        track=track,
        months=list(months),
    )
    return {page["month"]: page for page in pages}


def calendar_days(
    connection: Connection, track: str, first: date | None = None, following: date | None = None
) -> Sequence[dict[str, Any]]:
    """Return the days of a track in order: all, or those from the first day until before the following one."""
    return select(
        connection,
        CalendarDay,
        """
        from analytics.track_calendar
        where
            track_slug = %(track)s
            and (%(first)s::date is null or practice_date >= %(first)s)
            and (%(following)s::date is null or practice_date < %(following)s)
        order by practice_date
        """,
        track=track,
        first=first,
        following=following,
    )
