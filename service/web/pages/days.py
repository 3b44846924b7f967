"""A practice day as the day report shows it, and each of its racers on a page of its own."""

import hashlib
from datetime import date, timedelta
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from scraper.report.contents import Contents, contents_of
from scraper.report.practice_day import FEWEST_LAPS_FOR_CONSISTENCY, Head, find_day, read_day
from scraper.report.queries import RECORDS
from service.web.asked_days import why_impossible
from service.web.pages.job_words import JobInWords, in_words
from service.web.pages.rendering import day_path, page, unchanged_or_kept, versioned
from service.web.pools import Connection, ThePools
from service.web.problems import Refusal
from service.web.queries.calendar import calendar_days, spelled
from service.web.queries.days import day_etag
from service.web.queries.jobs import job_of_day
from service.web.rows import Day, TrackSlug

router = APIRouter(include_in_schema=False)


@router.get("/tracks/{slug}/{day}")
def show_day(slug: TrackSlug, day: Day, request: Request, pools: ThePools) -> Response:
    """Show a day and how far its import is; one that is not stored with a link to import it."""
    job = job_of_day(pools, slug, day)
    if job and job.is_paused:
        job = None
    import_ = in_words(job) if job else None
    with pools.readers.connection() as connection, connection.transaction():
        head = find_day(connection, slug, day)
        if head is None:
            return _not_stored(request, connection, slug, day, import_)
        etag = _etag(connection, head)
        # While a job goes on, each answer says how far it is.
        if response := _elsewhere(request, head, slug) or (None if job else unchanged_or_kept(request, etag)):
            return response
        contents = _contents(connection, head)
    return page(
        request,
        "practice_day.html",
        etag=None if job else etag,
        job=import_,
        fewest_laps=FEWEST_LAPS_FOR_CONSISTENCY,
        **vars(contents),
    )


@router.get("/tracks/{slug}/{day}/racers/{racer_id}")
def show_racer(slug: TrackSlug, day: Day, racer_id: UUID, request: Request, pools: ThePools) -> Response:
    """Show the sessions and laps of a racer on a day."""
    with pools.readers.connection() as connection, connection.transaction():
        head = find_day(connection, slug, day)
        if head is None:
            raise Refusal("DAY_NOT_FOUND", "This day is not stored.")
        etag = _etag(connection, head)
        if response := _elsewhere(request, head, slug) or unchanged_or_kept(request, etag):
            return response
        contents = _contents(connection, head)
    found = [each for each in contents.racers if each.racer.racer_id == racer_id]
    if not found:
        raise Refusal("PERSON_NOT_FOUND", "No racer of this day has this id. The page of the day names them.")
    return page(request, "racer_of_day.html", etag=etag, head=head, each=found[0])


def _not_stored(request: Request, connection: Connection, slug: str, day: date, import_: JobInWords | None) -> Response:
    track = spelled(connection, slug) or slug
    known_days = calendar_days(connection, track, day, day + timedelta(days=1))
    sessions = known_days[0]["site_sessions"] if known_days else None
    return page(
        request,
        "open_day.html",
        status=404,
        track_slug=track,
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


def _etag(connection: Connection, head: Head) -> str:
    # The page has a few figures that are not of the day: the head is of the track, the records are of all days.
    records = connection.execute(RECORDS, {"track": head.track_slug}).fetchall()
    shown = repr((day_etag(connection, head.event_id), head, sorted(records)))
    return versioned(hashlib.sha256(shown.encode()).hexdigest()[:16])


def _contents(connection: Connection, head: Head) -> Contents:
    return contents_of(read_day(connection, head))
