"""Ask for a practice day: the call of the system that this one replaces."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field, StrictBool

from scraper.config import Config
from scraper.crawl.time_bounds import MOST_AHEAD_OF_UTC
from scraper.errors import Code
from service.jobs.problems import Problem
from service.jobs.requests import DayRequest
from service.jobs.store import Job, enqueue
from service.web.access import MayCauseRequests
from service.web.answers import json_response
from service.web.pools import Pools, ThePools
from service.web.problems import Refusal, responses
from service.web.routes.days import the_track
from service.web.routes.jobs import JobProblem, problem_of, wait_for_end
from service.web.rows import Day, TrackSlug
from service.web.schemas import Strict

router = APIRouter(prefix="/practice-days", tags=["practice days"])

MOST_WAITING = 200
"""Number of jobs in the queue from which on no further one is taken."""

_WAITING = "select count(*), now() from jobs.jobs where state = 'queued'"


class _Asked(Strict):
    date: Day
    list_only: StrictBool = Field(default=False, description="Leave the session pages for later.")
    refresh: StrictBool = Field(default=False, description="Request every page again.")


class AskedBySlug(_Asked):
    """A day of a track, which need not be stored yet."""

    track_slug: TrackSlug


class AskedById(_Asked):
    """A day of a track that is stored."""

    track_id: UUID


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


class Accepted(Strict):
    """The job that works on it."""

    job_id: UUID
    state: str


_ACCEPTED = {
    202: {
        "model": Accepted,
        "description": "The job goes on.",
        "headers": {"Location": {"schema": {"type": "string"}, "description": "Where the job is."}},
    }
}
_PROBLEMS = (
    Code.TRACK_NOT_FOUND,
    "DAY_NOT_FOUND",
    "UNAUTHORIZED",
    Code.INGESTION_IN_PROGRESS,
    "JOB_CANCELLED",
    Code.SITE_REFUSED,
    Code.ROBOTS_DISALLOWED,
    Code.SITE_UNREACHABLE,
    Code.PAGE_FORMAT_ERROR,
    Code.CRAWL_DISABLED,
)


@router.post(
    "/ingest",
    response_model=Ingested,
    responses=_ACCEPTED | responses(*_PROBLEMS),
    dependencies=[MayCauseRequests],
)
async def ingest(
    asked: AskedBySlug | AskedById,
    pools: ThePools,
    request: Request,
    prefer: Annotated[
        str,
        Header(description="`respond-async` for an answer at once, `wait=10` to wait that many seconds (RFC 7240)."),
    ] = "",
) -> Response:
    """Crawl and derive a practice day, and return what is stored of it; asked for twice, a day is one job.

    After the wait that the service is set up with, or that the client prefers, the answer is the job, which goes on.
    """
    config: Config = request.app.state.config
    job = await run_in_threadpool(_enqueue, pools, config, asked)
    seconds = _seconds_to_wait(prefer, request.app.state.settings.wait)
    job = await wait_for_end(pools, job, seconds, request.app.state.is_stopping)
    if not job.has_ended:
        headers = {"Location": f"/api/v1/jobs/{job.id}"}
        if "respond-async" in prefer.lower():
            headers["Preference-Applied"] = "respond-async"
        return json_response({"job_id": job.id, "state": job.state}, 202, headers)
    if job.result is None:
        raise problem_of(job)
    return json_response({**job.result, "problem": job.problem})


def _enqueue(pools: Pools, config: Config, asked: AskedBySlug | AskedById) -> Job:
    refuse_disabled(config)
    if asked.date > (datetime.now(UTC) + MOST_AHEAD_OF_UTC).date():
        raise Refusal("DAY_NOT_FOUND", "This day is in the future.")
    slug = asked.track_slug if isinstance(asked, AskedBySlug) else _slug_of(pools, asked.track_id)
    return enqueue_within_limit(pools, DayRequest(slug, asked.date, asked.list_only, asked.refresh))


def refuse_disabled(config: Config) -> None:
    """Raise CRAWL_DISABLED where no request may be sent to the site."""
    if config.crawl_disabled:
        raise Refusal(Code.CRAWL_DISABLED, Problem(Code.CRAWL_DISABLED).detail)


def enqueue_within_limit(pools: Pools, request: DayRequest) -> Job:
    """Return the job for a request. Raises RATE_LIMITED for a new one while too many wait."""
    with pools.jobs.connection() as connection, connection.transaction():
        job = enqueue(connection, request)
        waiting, now = connection.execute(_WAITING).fetchone() or (0, None)
        if waiting > MOST_WAITING and job.created_at == now:
            raise Refusal("RATE_LIMITED", "Too many jobs are waiting. Ask again later.", {"Retry-After": "60"})
    return job


def _slug_of(pools: Pools, track_id: UUID) -> str:
    with pools.readers.connection() as connection:
        return the_track(connection, track_id, None)[1]


def _seconds_to_wait(prefer: str, most: float) -> float:
    """Return the seconds that a client prefers to wait, at most those that the service is set up with."""
    preferences = dict(part.strip().lower().partition("=")[::2] for part in prefer.split(","))
    wanted = preferences.get("wait", "").strip('" ')
    if wanted.isdecimal() and len(wanted) < 9:
        return min(float(wanted), most)
    return 0 if "respond-async" in preferences else most
