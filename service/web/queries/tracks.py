"""Tracks, with records and activity."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from scraper.errors import Code
from service.web.pools import Connection
from service.web.problems import Refusal
from service.web.rows import Column, Instant, Row, Seconds, WallClock, select


class TrackName(Row):
    """A track that can be asked for, by `racing.tracks`."""

    track_slug: Annotated[str, Column("source_track_slug")]
    track_name: str | None


class Track(Row):
    """A track, and how much is stored of it."""

    track_id: UUID
    track_slug: str
    track_name: str
    track_url: str
    time_zone: str | None
    practice_days: int
    incomplete_days: int = Field(description="Practice days whose verdict is not `complete`.")
    first_practice_date: date
    last_practice_date: date
    sessions: int
    laps: int
    last_ingested_at: Instant = Field(description="When the newest page was fetched that is in these figures.")


class Record(Row):
    """The fastest lap of a class, and the one that it beat."""

    class_name: str
    best_lap: Seconds
    practice_date: date
    start_time: WallClock | None
    race_id: UUID
    person_id: UUID | None
    name_on_session: str
    previous_best_lap: Seconds | None
    gain_on_previous_best: Seconds | None
    previous_practice_date: date | None
    previous_race_id: UUID | None
    previous_person_id: UUID | None
    previous_name_on_session: str | None


class Activity(Row):
    """How much was practised in a month."""

    month: date = Field(description="The first day of the month.")
    days: int
    sessions: int
    laps: int | None
    time_on_track_seconds: Seconds | None
    people: int
    unidentified_sessions: int


_NO_TRACK = "No practice day of this track is stored. /api/v1/tracks lists those that are."
_IDENTIFIED = (
    "select id, source_track_slug from racing.tracks where id = %(id)s or lower(source_track_slug) = lower(%(slug)s)"
)


def list_tracks(connection: Connection) -> Sequence[dict[str, Any]]:
    """Return all tracks of which a day is stored. Reads every day: `all_tracks.py` keeps the answer."""
    return select(connection, Track, "from analytics.track_summaries limit 5000")


def track_with_days(connection: Connection, slug: str) -> dict[str, Any] | None:
    """Return a track, whatever the case of the slug; None if no day of it is stored."""
    found = select(
        connection, Track, "from analytics.track_summaries where lower(track_slug) = lower(%(slug)s)", slug=slug
    )
    return found[0] if found else None


def find_track(connection: Connection, slug: str) -> dict[str, Any]:
    """Return a track, whatever the case of the slug. Raises TRACK_NOT_FOUND."""
    track = track_with_days(connection, slug)
    if track is None:
        raise Refusal(Code.TRACK_NOT_FOUND, _NO_TRACK)
    return track


def identify_track(connection: Connection, track_id: UUID | None, slug: str | None) -> tuple[UUID, str]:
    """Return id and slug of a track that is stored. Raises TRACK_NOT_FOUND, also if id and slug are of two tracks."""
    found = connection.execute(_IDENTIFIED, {"id": track_id, "slug": slug}).fetchall()
    if len(found) != 1 or (track_id not in (None, found[0][0])):
        raise Refusal(Code.TRACK_NOT_FOUND, _NO_TRACK)
    track: tuple[UUID, str] = found[0]
    return track


def records(connection: Connection, track_slug: str) -> Sequence[dict[str, Any]]:
    """Return the record of each class, over all days."""
    return select(
        connection,
        Record,
        "from analytics.class_records where track_slug = %(track)s and period = 'ever' order by class_name",
        track=track_slug,
    )


def activity(connection: Connection, track_slug: str) -> Sequence[dict[str, Any]]:
    """Return the months with practice, the newest first, at most ten years of them."""
    return select(
        connection,
        Activity,
        "from analytics.track_activity where track_slug = %(track)s order by month desc limit 120",
        track=track_slug,
    )


def names_of(connection: Connection, slugs: Collection[str]) -> Mapping[str, str]:
    """Return the names of these tracks by slug; a track without a name has its slug."""
    rows = select(connection, TrackName, "from racing.tracks where source_track_slug = any(%(slugs)s)", slugs=[*slugs])
    return {row["track_slug"]: row["track_name"] or row["track_slug"] for row in rows}


def track_names(connection: Connection) -> Sequence[dict[str, Any]]:
    """Return slug and name of each stored track, also before anything was derived."""
    return select(connection, TrackName, "from racing.tracks order by source_track_slug limit 5000")
