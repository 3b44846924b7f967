"""The tracks with their last days, and one track with its calendar, records and activity."""

from typing import Annotated
from urllib.parse import quote

import psycopg
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.web.pages.activity import activity_chart
from service.web.pages.rendering import page, with_query
from service.web.pages.year import year_of
from service.web.pools import ThePools
from service.web.queries import calendar, days, tracks
from service.web.queries.all_tracks import TheTracks
from service.web.rows import TrackSlug

router = APIRouter(include_in_schema=False)

_LAST_DAYS = 12


@router.get("/")
def show_tracks(request: Request, pools: ThePools, all_tracks: TheTracks) -> Response:
    """Show all tracks, and the last days of all."""
    try:
        shown = all_tracks.read(pools)
        with pools.readers.connection() as connection:
            last_days = days.search_days(connection, None, limit=_LAST_DAYS)
    except psycopg.errors.UndefinedTable:  # nothing is derived yet: the first import derives it
        shown, last_days = [], []
    return page(request, "tracks.html", tracks=shown, last_days=[day for day in last_days if day["sessions"]])


@router.get("/tracks/{slug}")
def show_track(
    slug: TrackSlug, request: Request, pools: ThePools, year: Annotated[int | None, Query(ge=1990, le=2200)] = None
) -> Response:
    """Show a track with a year of its days; one of which nothing is stored with a link to import it."""
    with pools.readers.connection() as connection, connection.transaction():
        spelled = calendar.spelled(connection, slug)
        if spelled is None:
            return page(request, "open_track.html", status=404, track_slug=slug)
        if spelled != slug:
            return RedirectResponse(with_query(f"/tracks/{quote(spelled)}", year=year), 308)
        track = tracks.track_with_days(connection, slug)
        shown = year_of(calendar.calendar_days(connection, slug), year)
        records = tracks.records(connection, slug)
        activity = tracks.activity(connection, slug)
    return page(
        request,
        "track.html",
        track_slug=slug,
        track=track,
        year=shown,
        records=records,
        activity=activity,
        activity_chart=activity_chart(activity) if activity else None,
    )
