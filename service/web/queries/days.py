"""Practice days, with totals, leaderboards and sessions."""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Any
from uuid import UUID

from scraper import __version__
from service.web.pools import Connection
from service.web.problems import Refusal, unknown_after
from service.web.queries.sessions import Session
from service.web.rows import Column, Instant, Number, Row, Seconds, WallClock, select


class DaySummary(Row):
    """A practice day."""

    event_id: UUID
    track_id: UUID
    track_slug: str
    track_name: str
    event_date: Annotated[date, Column("practice_date")]
    event_name: str
    event_url: str
    ingest_depth: str
    verdict: str | None
    sessions: int | None
    missing_sessions: int | None
    laps: int | None
    drivers: int | None
    classes: int | None
    last_ingested_at: Instant


class Reconciliation(Row):
    """The site's totals next to ours."""

    verdict: str
    differences: list[str]
    not_understood: list[str]
    missing_sessions: int
    site_sessions: int | None
    our_sessions: Annotated[int | None, Column("sessions")]
    site_laps: int | None
    our_laps: int | None
    site_track_time_seconds: int | None
    our_track_time_seconds: Seconds | None
    site_drivers: int | None
    our_drivers: int | None
    site_classes: int | None
    our_classes: int | None
    site_first_start: time | None
    our_first_start: time | None
    site_last_start: time | None
    our_last_start: time | None
    site_best_lap: Seconds | None
    our_best_lap: Seconds | None


class Place(Row):
    """The place of a racer in a class."""

    class_name: str
    position: int
    racer_id: UUID
    person_id: UUID | None
    racer_name: str
    best_lap: Seconds
    best_lap_at: WallClock | None
    best_lap_number: int | None
    race_id: UUID
    gap_to_first: Seconds
    gap_to_racer_ahead: Seconds | None
    sessions: int
    laps: int | None


class RacerDay(Row):
    """The day of a racer in a class."""

    racer_id: UUID
    class_name: str
    sessions: int
    laps: int | None
    best_lap: Seconds | None
    best_consistency: Number | None
    improvement: Seconds | None


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
    """Return the days of a track or of all, from the first to the last day; the newest come first.

    Raises VALIDATION_ERROR if no day has the id `after`.
    """
    rows = select(
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
    if after and not rows and not find_days(connection, [after]):
        raise unknown_after()
    return rows


def find_day(connection: Connection, event_id: UUID) -> dict[str, Any]:
    """Return a day. Raises DAY_NOT_FOUND."""
    found = select(
        connection, DaySummary, "from analytics.practice_days where event_id = %(event_id)s", event_id=event_id
    )
    if not found:
        raise Refusal("DAY_NOT_FOUND", "No practice day has this id. /api/v1/practice-days/search lists them.")
    return found[0]


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
