"""Practice days: search, and one day with totals, leaderboards and sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from scraper.errors import Code
from service.web.answers import MOST_ROWS, OK, TheAnswering
from service.web.documents import DayDetail, Days, Leaderboards
from service.web.pools import ThePools
from service.web.problems import responses
from service.web.queries import days
from service.web.queries.days import DaySummary, Place
from service.web.queries.sessions import Session
from service.web.queries.tracks import identify_track
from service.web.rows import Day, TrackSlug

router = APIRouter(prefix="/practice-days", tags=["practice days"])


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
            track, _ = identify_track(connection, wanted.track_id, wanted.track_slug)
        rows = days.search_days(
            connection,
            track,
            start_date=wanted.start_date,
            end_date=wanted.end_date,
            after=wanted.after,
            limit=wanted.limit + 1,
        )
    return answering.page("practice_days", rows, DaySummary.names(), "event_id", wanted.limit)


@router.get("/{event_id:uuid}", response_model=DayDetail, responses=OK | responses("DAY_NOT_FOUND"))
def get_day(event_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a practice day with totals, leaderboards and sessions; as CSV the sessions.

    Its `ETag` changes with every row of the day.
    """
    with pools.readers.connection() as connection:
        if unchanged := answering.unchanged(days.day_etag(connection, event_id)):
            return unchanged
        with connection.transaction():
            etag = days.day_etag(connection, event_id)
            day = days.find_day(connection, event_id)
            sessions = days.sessions_of_day(connection, event_id)
            totals = days.totals(connection, event_id)
            places = days.leaderboards(connection, event_id)
    content = {**day, "totals": totals, "leaderboards": places, "session_list": sessions}
    return answering.answer(content, sessions, Session.names(), etag)


@router.get("/{event_id:uuid}/leaderboards", response_model=Leaderboards, responses=OK | responses("DAY_NOT_FOUND"))
def get_leaderboards(event_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """List the places of the racers of a day, by class and place. Its `ETag` is that of the day."""
    with pools.readers.connection() as connection, connection.transaction():
        etag = days.day_etag(connection, event_id)
        if unchanged := answering.unchanged(etag):
            return unchanged
        days.find_day(connection, event_id)
        places = days.leaderboards(connection, event_id)
    return answering.answer({"leaderboards": places}, places, Place.names(), etag)
