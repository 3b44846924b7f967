"""Ask for a practice day, the call of the system that this one replaces, or for a range of days."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field, StrictBool

from scraper.config import Config
from scraper.crawl.time_bounds import MOST_AHEAD_OF_UTC
from service.jobs.requests import DayRequest, RangeRequest
from service.jobs.store import Job
from service.web.access import MayCauseRequests
from service.web.answers import json_response
from service.web.asking import (
    ACCEPTED,
    PROBLEMS,
    Accepted,
    JobProblem,
    Prefer,
    accepted,
    ask,
    problem_of,
    wait_as_preferred,
)
from service.web.pools import Pools, ThePools
from service.web.problems import Refusal, responses
from service.web.queries.tracks import identify_track
from service.web.rows import FIRST_YEAR, Day, TrackSlug
from service.web.schemas import Strict

router = APIRouter(prefix="/practice-days", tags=["practice days"])


class _Depth(Strict):
    list_only: StrictBool = Field(default=False, description="Leave the session pages for later.")
    refresh: StrictBool = Field(default=False, description="Request every page again.")


class _Asked(_Depth):
    date: Day


class AskedBySlug(_Asked):
    """A day of a track, which need not be stored yet."""

    track_slug: TrackSlug


class AskedById(_Asked):
    """A day of a track that is stored."""

    track_id: UUID


class AskedRange(_Depth):
    """The days of a track from the first to the last one, both included."""

    track_slug: TrackSlug
    start_date: Day
    end_date: Day


class Ingested(Strict):
    """What is stored of the day that was asked for."""

    event_id: UUID
    status: str = Field(description="`completed` if nothing is missing of what was asked for, else `partial`.")
    ingest_depth: str
    sessions_ingested: int
    sessions_failed: int
    sessions_with_laps: int
    sessions_detail_failed: int
    laps_ingested: int
    drivers_created_or_matched: int
    problem: JobProblem | None = Field(description="Why it is partial, where that is known.")


@router.post(
    "/ingest",
    response_model=Ingested,
    responses=ACCEPTED | responses("DAY_NOT_FOUND", *PROBLEMS),
    dependencies=[MayCauseRequests],
)
async def ingest(asked: AskedBySlug | AskedById, pools: ThePools, request: Request, prefer: Prefer = "") -> Response:
    """Crawl and derive a practice day, and return what is stored of it; asked for twice, a day is one job.

    After the wait that the service is set up with, or that the client prefers, the answer is the job, which goes on.
    """
    job = await run_in_threadpool(ask_for_day, pools, request.app.state.config, asked)
    job = await wait_as_preferred(request, pools, job, prefer)
    if not job.has_ended:
        return accepted(job, prefer)
    if job.result is None:
        raise problem_of(job)
    return json_response({**job.result, "problem": job.problem})


@router.post(
    "/ingest-range",
    status_code=202,
    response_model=Accepted,
    responses=ACCEPTED | responses("DAY_NOT_FOUND", "UNAUTHORIZED", "CRAWL_DISABLED"),
    dependencies=[MayCauseRequests],
)
def ingest_range(asked: AskedRange, pools: ThePools, request: Request) -> Response:
    """Crawl and derive the practice days of a range, the newest month first, and return the job that does it.

    It can be paused and cancelled. A day that is asked for meanwhile waits for one month of the range at most.
    """
    return accepted(ask_for_range(pools, request.app.state.config, asked))


def ask_for_range(pools: Pools, config: Config, asked: AskedRange) -> Job:
    """Return the job for a range. Raises DAY_NOT_FOUND, and what `ask` raises."""
    _refuse_impossible(asked.start_date)
    if asked.end_date < asked.start_date:
        raise Refusal("DAY_NOT_FOUND", "This range has no day: its last day is before its first.")
    wanted = RangeRequest((asked.track_slug,), asked.start_date, asked.end_date, asked.list_only, asked.refresh)
    return ask(pools, config, wanted)[0]


def ask_for_day(pools: Pools, config: Config, asked: AskedBySlug | AskedById) -> Job:
    """Return the job for a day. Raises DAY_NOT_FOUND, TRACK_NOT_FOUND, and what `ask` raises."""
    _refuse_impossible(asked.date)
    slug = asked.track_slug if isinstance(asked, AskedBySlug) else _slug_of(pools, asked.track_id)
    return ask(pools, config, DayRequest(slug, asked.date, asked.list_only, asked.refresh))[0]


def why_impossible(day: Day) -> str | None:
    """Say why the site cannot have a day, None if it can."""
    if day > (datetime.now(UTC) + MOST_AHEAD_OF_UTC).date():
        return "This day is in the future."
    return f"The site has no day before {FIRST_YEAR}." if day.year < FIRST_YEAR else None


def _refuse_impossible(day: Day) -> None:
    if reason := why_impossible(day):
        raise Refusal("DAY_NOT_FOUND", reason)


def _slug_of(pools: Pools, track_id: UUID) -> str:
    with pools.readers.connection() as connection:
        return identify_track(connection, track_id, None)[1]
