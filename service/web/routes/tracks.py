"""Tracks, with records and activity."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from scraper.errors import Code
from service.web.answers import OK, TheAnswering
from service.web.pools import Connection, ThePools
from service.web.problems import Refusal, responses
from service.web.rows import TrackSlug, select
from service.web.schemas import Activity, Record, Track, TrackDetail, Tracks

router = APIRouter(tags=["tracks"])

MOST_ROWS = 200
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Most rows of this part.")]

NO_TRACK = "No practice day of this track is stored. /api/v1/tracks lists those that are."


@router.get("/tracks", response_model=Tracks, responses=OK | responses())
def list_tracks(
    pools: ThePools, answering: TheAnswering, after: TrackSlug | None = None, limit: Limit = 50
) -> Response:
    """List the tracks of which a practice day is stored, by slug."""
    with pools.readers.connection() as connection:
        rows = select(
            connection,
            Track,
            """
            from analytics.track_summaries
            where %(after)s::text is null or track_slug > %(after)s
            order by track_slug
            limit %(limit)s
            """,
            after=after,
            limit=limit + 1,
        )
    return answering.page("tracks", rows, Track.names(), "track_slug", limit)


@router.get("/tracks/{slug}", response_model=TrackDetail, responses=OK | responses(Code.TRACK_NOT_FOUND))
def get_track(slug: TrackSlug, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a track with the records of its classes and the activity of its months; as CSV the records."""
    with pools.readers.connection() as connection, connection.transaction():
        track = find_track(connection, slug)
        records = select(
            connection,
            Record,
            "from analytics.class_records where track_slug = %(track)s and period = 'ever' order by class_name",
            track=track["track_slug"],
        )
        activity = select(
            connection,
            Activity,
            "from analytics.track_activity where track_slug = %(track)s order by month desc limit 120",
            track=track["track_slug"],
        )
    return answering.answer({**track, "records": records, "activity": activity}, records, Record.names())


def find_track(connection: Connection, slug: str) -> dict[str, Any]:
    """Return a track, whatever the case of the slug. Raises TRACK_NOT_FOUND."""
    found = select(
        connection, Track, "from analytics.track_summaries where lower(track_slug) = lower(%(slug)s)", slug=slug
    )
    if not found:
        raise Refusal(Code.TRACK_NOT_FOUND, NO_TRACK)
    return found[0]
