"""Tracks, with records and activity."""

from fastapi import APIRouter, Response

from scraper.errors import Code
from service.web.answers import OK, Limit, TheAnswering
from service.web.documents import Activities, TrackDetail, Tracks
from service.web.pools import ThePools
from service.web.problems import responses
from service.web.queries import tracks
from service.web.queries.all_tracks import TheTracks
from service.web.queries.tracks import Activity, Record, Track
from service.web.rows import TrackSlug

router = APIRouter(tags=["tracks"])


@router.get("/tracks", response_model=Tracks, responses=OK | responses())
def list_tracks(
    pools: ThePools,
    all_tracks: TheTracks,
    answering: TheAnswering,
    after: TrackSlug | None = None,
    limit: Limit = 50,
) -> Response:
    """List the tracks of which a practice day is stored, by slug, as they were at most ten seconds ago."""
    return answering.page("tracks", all_tracks.read(pools, after), Track.names(), "track_slug", limit)


@router.get("/tracks/{slug}", response_model=TrackDetail, responses=OK | responses(Code.TRACK_NOT_FOUND))
def get_track(slug: TrackSlug, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a track with the records of its classes and the activity of its months; as CSV the records."""
    with pools.readers.connection() as connection, connection.transaction():
        track = tracks.find_track(connection, slug)
        records = tracks.records(connection, track["track_slug"])
        activity = tracks.activity(connection, track["track_slug"])
    return answering.answer({**track, "records": records, "activity": activity}, records, Record.names())


@router.get("/tracks/{slug}/activity", response_model=Activities, responses=OK | responses(Code.TRACK_NOT_FOUND))
def get_activity(slug: TrackSlug, pools: ThePools, answering: TheAnswering) -> Response:
    """List the months of a track with practice, the newest first."""
    with pools.readers.connection() as connection, connection.transaction():
        track = tracks.find_track(connection, slug)
        activity = tracks.activity(connection, track["track_slug"])
    return answering.answer({"activity": activity}, activity, Activity.names())
