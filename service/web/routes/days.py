"""Practice days: search, and one day with totals, leaderboards and sessions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from scraper import __version__
from scraper.errors import Code
from service.web.answers import OK, TheAnswering
from service.web.pools import Connection, ThePools
from service.web.problems import Refusal, responses
from service.web.routes.tracks import MOST_ROWS, NO_TRACK
from service.web.rows import Day, TrackSlug, select
from service.web.schemas import DayDetail, Days, DaySummary, Place, Reconciliation, Session

router = APIRouter(prefix="/practice-days", tags=["practice days"])

_TRACK = (
    "select id, source_track_slug from racing.tracks where id = %(id)s or lower(source_track_slug) = lower(%(slug)s)"
)
_VERSION = "select version from analytics.day_versions where event_id = %s"


class Wanted(BaseModel):
    """What is searched for."""

    track_id: UUID | None = None
    track_slug: TrackSlug | None = None
    start_date: Day | None = Field(default=None, description="First day, included.")
    end_date: Day | None = Field(default=None, description="Last day, included.")
    after: UUID | None = Field(default=None, description="`next` of the part before.")
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Most rows of this part.")] = 50


@router.get("/search", response_model=Days, responses=OK | responses(Code.TRACK_NOT_FOUND))
def search(wanted: Annotated[Wanted, Query()], pools: ThePools, answering: TheAnswering) -> Response:
    """List the stored practice days of a track or of all, from the first to the last day; the newest come first."""
    with pools.readers.connection() as connection:
        track = None
        if wanted.track_id is not None or wanted.track_slug is not None:
            track = the_track(connection, wanted.track_id, wanted.track_slug)[0]
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
            limit %(one_more)s
            """,
            **vars(wanted),
            track=track,
            one_more=wanted.limit + 1,
        )
    return answering.page("practice_days", rows, DaySummary.names(), "event_id", wanted.limit)


@router.get("/{event_id:uuid}", response_model=DayDetail, responses=OK | responses("DAY_NOT_FOUND"))
def get_day(event_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a practice day with totals, leaderboards and sessions; as CSV the sessions.

    Its `ETag` changes with every row of the day.
    """
    with pools.readers.connection() as connection:
        if unchanged := answering.unchanged(day_etag(connection, event_id)):
            return unchanged
        with connection.transaction():
            etag = day_etag(connection, event_id)
            day = _day(connection, event_id)
            if etag is None or day is None:
                raise Refusal("DAY_NOT_FOUND", "No practice day has this id. /api/v1/practice-days/search lists them.")
            sessions = sessions_of_day(connection, event_id)
            totals = select(
                connection,
                Reconciliation,
                "from analytics.day_reconciliation where event_id = %(event_id)s",
                event_id=event_id,
            )
            places = select(
                connection,
                Place,
                """
                from analytics.class_leaderboard where event_id = %(event_id)s
                order by class_name, position, racer_name, racer_id
                """,
                event_id=event_id,
            )
    content = {**day, "totals": totals[0] if totals else None, "leaderboards": places, "session_list": sessions}
    return answering.answer(content, sessions, Session.names(), etag)


def day_etag(connection: Connection, event_id: UUID) -> str | None:
    """Return a text that changes with every row of a day and with the release of this program; None for no day."""
    version = connection.execute(_VERSION, [event_id]).fetchone()
    return None if version is None else f"{version[0] & 0xFFFFFFFFFFFFFFFF:016x}-{__version__}"


def the_track(connection: Connection, track_id: UUID | None, slug: str | None) -> tuple[UUID, str]:
    """Return id and slug of a track that is stored. Raises TRACK_NOT_FOUND, also if id and slug are of two tracks."""
    found = connection.execute(_TRACK, {"id": track_id, "slug": slug}).fetchall()
    if len(found) != 1 or (track_id not in (None, found[0][0])):
        raise Refusal(Code.TRACK_NOT_FOUND, NO_TRACK)
    track: tuple[UUID, str] = found[0]
    return track


def sessions_of_day(connection: Connection, event_id: UUID) -> Any:
    """Return the sessions of a day, in order of their start."""
    return select(
        connection,
        Session,
        "from analytics.sessions where event_id = %(event_id)s order by start_time, lpad(session_id, 20, '0')",
        event_id=event_id,
    )


def _day(connection: Connection, event_id: UUID) -> dict[str, Any] | None:
    found = select(
        connection, DaySummary, "from analytics.practice_days where event_id = %(event_id)s", event_id=event_id
    )
    return found[0] if found else None
