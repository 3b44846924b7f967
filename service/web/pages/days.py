"""A practice day as the day report shows it, and each of its racers on a page of its own."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from scraper.report.contents import Contents
from scraper.report.practice_day import (
    FEWEST_LAPS_FOR_CONSISTENCY,
    Head,
    PracticeDay,
    Record,
    find_day,
    read_day,
    read_records,
)
from service.web.asked_days import why_impossible
from service.web.pages.job_words import JobInWords, in_words
from service.web.pages.kept_days import KeptDays
from service.web.pages.rendering import day_path, page, unchanged_or_kept, versioned
from service.web.pools import Connection, Pools, ThePools, day_snapshot
from service.web.problems import Refusal
from service.web.queries.calendar import calendar_days, spelled
from service.web.queries.days import day_etag
from service.web.queries.jobs import job_of_day
from service.web.queries.tracks import names_of
from service.web.rows import Day, TrackSlug

router = APIRouter(include_in_schema=False)


@router.get("/tracks/{slug}/{day}")
def show_day(slug: TrackSlug, day: Day, request: Request, pools: ThePools) -> Response:
    """Show a day and how far its import is; one that is not stored with a link to import it."""
    job = job_of_day(pools, slug, day)
    if job and job.is_paused:
        job = None
    import_ = in_words(job) if job else None
    found = _find(request, pools, slug, day, import_)
    if found is None:
        return _not_stored(request, pools, slug, day, import_)
    if isinstance(found, Response):
        return found
    etag, contents = found
    return page(
        request,
        "practice_day.html",
        etag=etag,
        job=import_,
        fewest_laps=FEWEST_LAPS_FOR_CONSISTENCY,
        **vars(contents),
    )


@router.get("/tracks/{slug}/{day}/racers/{racer_id}")
def show_racer(slug: TrackSlug, day: Day, racer_id: UUID, request: Request, pools: ThePools) -> Response:
    """Show the sessions and laps of a racer on a day."""
    found = _find(request, pools, slug, day)
    if found is None:
        raise Refusal("DAY_NOT_FOUND", "This day is not stored.")
    if isinstance(found, Response):
        return found
    etag, contents = found
    racer = next((each for each in contents.racers if each.racer.racer_id == racer_id), None)
    if racer is None:
        raise Refusal("PERSON_NOT_FOUND", "No racer of this day has this id. The page of the day names them.")
    return page(request, "racer_of_day.html", etag=etag, head=contents.head, each=racer)


def _find(
    request: Request, pools: Pools, slug: str, day: date, import_: JobInWords | None = None
) -> tuple[str, Contents] | Response | None:
    """Return ETag and contents of a day; a response that needs no contents; or None if the day is not stored."""
    kept: KeptDays = request.app.state.kept_days
    with day_snapshot(pools) as connection:
        head = find_day(connection, slug, day)
        if head is None:
            return None
        records = read_records(connection, head.track_slug)
        version = _version(connection, head, records)
        etag = versioned(_digest((version, import_)))
        if response := _elsewhere(request, head, slug) or unchanged_or_kept(request, etag):
            return response
        found = kept.get(version) or read_day(connection, head, records)
    # Without the connection, which others wait for.
    return etag, kept.draw(version, found) if isinstance(found, PracticeDay) else found


def _not_stored(request: Request, pools: Pools, slug: str, day: date, import_: JobInWords | None) -> Response:
    with pools.readers.connection() as connection, connection.transaction():
        track = spelled(connection, slug) or slug
        known_days = calendar_days(connection, track, day, day + timedelta(days=1))
        name = names_of(connection, [track]).get(track, track)
    sessions = known_days[0]["site_sessions"] if known_days else None
    return page(
        request,
        "open_day.html",
        status=404,
        track_slug=track,
        track_name=name,
        day=day,
        site_sessions=sessions,
        job=import_,
        impossible=why_impossible(day),
    )


def _elsewhere(request: Request, head: Head, slug: str) -> Response | None:
    """Return the way to the page under the slug as it is stored; None if that is this page."""
    if slug == head.track_slug:
        return None
    rest = request.url.path.removeprefix(day_path(slug, head.practice_date))
    return RedirectResponse(day_path(head.track_slug, head.practice_date) + quote(rest), 308)


def _version(connection: Connection, head: Head, records: Sequence[Record]) -> str:
    # The records are of all days of the track. All other rows are in the version of the day.
    return _digest((day_etag(connection, head.event_id), sorted(map(repr, records))))


def _digest(shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
