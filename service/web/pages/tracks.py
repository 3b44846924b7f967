"""The tracks with their last days, and one track with its calendar, records and activity."""

from fastapi import APIRouter, Request, Response

from service.web.pages.rendering import page
from service.web.pools import ThePools
from service.web.queries import days, tracks

router = APIRouter(include_in_schema=False)

_MOST_TRACKS = 5000
_LAST_DAYS = 12


@router.get("/")
def show_tracks(request: Request, pools: ThePools) -> Response:
    """Show all tracks, and the last days of all."""
    with pools.readers.connection() as connection, connection.transaction():
        all_tracks = tracks.list_tracks(connection, None, _MOST_TRACKS)
        last_days = days.search_days(connection, None, limit=_LAST_DAYS)
    return page(request, "tracks.html", tracks=all_tracks, last_days=last_days)
