"""Practice days, with totals, leaderboards and sessions."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from scraper import __version__
from service.web.pools import Connection
from service.web.rows import select
from service.web.schemas import DaySummary, Place, RacerDay, Reconciliation, Session

_VERSION = "select version from analytics.day_versions where event_id = %s"


def search_days(  # noqa: PLR0913 - what the search has
    connection: Connection,
    track_id: UUID | None,
    *,
    start_date: date | None = None,
    end_date: date | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[dict[str, Any]]:
    """Return the days of a track or of all, from the first to the last day; the newest come first."""
    return select(
        connection,
        DaySummary,
        """
        from analytics.practice_days
        where
            (%(track)s::uuid is null or track_id = %(track)s)
            and (%(start_date)s::date is null or practice_date >= %(start_date)s)
            and (%(end_date)s::date is null or practice_date <= %(end_date)s)
            and (%(after)s::uuid is null or (practice_date, event_id) < (
                select earlier.practice_date, earlier.event_id
                from analytics.practice_days as earlier
                where earlier.event_id = %(after)s
            ))
        order by practice_date desc, event_id desc
        limit %(limit)s
        """,
        track=track_id,
        start_date=start_date,
        end_date=end_date,
        after=after,
        limit=limit,
    )


def find_day(connection: Connection, event_id: UUID) -> dict[str, Any] | None:
    """Return the day, None if it is not stored."""
    found = select(
        connection, DaySummary, "from analytics.practice_days where event_id = %(event_id)s", event_id=event_id
    )
    return found[0] if found else None


def find_days(connection: Connection, events: Sequence[UUID]) -> Sequence[dict[str, Any]]:
    """Return these days, as far as they are stored; the newest come first."""
    return select(
        connection,
        DaySummary,
        "from analytics.practice_days where event_id = any(%(events)s) order by practice_date desc, event_id desc",
        events=list(events),
    )


def day_etag(connection: Connection, event_id: UUID) -> str | None:
    """Return a text that changes with every row of the day and with the release of this program; None for no day."""
    version = connection.execute(_VERSION, [event_id]).fetchone()
    return None if version is None else f"{version[0] & 0xFFFFFFFFFFFFFFFF:016x}-{__version__}"


def totals(connection: Connection, event_id: UUID) -> dict[str, Any] | None:
    """Return the site's totals next to ours, None before they are derived."""
    found = select(
        connection,
        Reconciliation,
        "from analytics.day_reconciliation where event_id = %(event_id)s",
        event_id=event_id,
    )
    return found[0] if found else None


def leaderboards(connection: Connection, event_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the places of the racers, by class and place."""
    return select(
        connection,
        Place,
        """
        from analytics.class_leaderboard where event_id = %(event_id)s
        order by class_name, position, racer_name, racer_id
        """,
        event_id=event_id,
    )


def sessions_of_day(connection: Connection, event_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the sessions of a day, in order of their start."""
    return select(
        connection,
        Session,
        "from analytics.sessions where event_id = %(event_id)s order by start_time, lpad(session_id, 20, '0')",
        event_id=event_id,
    )


def sessions_of_racers(connection: Connection, event_id: UUID, racers: Sequence[UUID]) -> Sequence[dict[str, Any]]:
    """Return the sessions of some racers of a day, in order of their start."""
    return select(
        connection,
        Session,
        """
        from analytics.sessions where event_id = %(event_id)s and racer_id = any(%(racers)s)
        order by start_time, lpad(session_id, 20, '0')
        """,
        event_id=event_id,
        racers=list(racers),
    )


def racer_days(connection: Connection, event_id: UUID, racers: Sequence[UUID]) -> Sequence[dict[str, Any]]:
    """Return the days of some racers by class."""
    return select(
        connection,
        RacerDay,
        "from analytics.driver_days where event_id = %(event_id)s and racer_id = any(%(racers)s) order by class_name",
        event_id=event_id,
        racers=list(racers),
    )
