"""Asking for jobs over HTTP, and waiting for their ends."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from scraper.config import Config
from scraper.errors import Code
from service.jobs import store
from service.jobs.problems import Problem
from service.jobs.requests import CRAWLS, JobRequest
from service.jobs.store import Job, JobNotFound, NotPausable
from service.web.answers import json_response
from service.web.documents import Document
from service.web.pools import Pools
from service.web.problems import Refusal, unknown_after

log = structlog.get_logger("service.web")

SECONDS_BETWEEN_LOOKS = 0.25

MOST_WAITING = 200
"""Number of jobs in the queue from which on no further one is taken."""

_WAITING = "select count(*), now() from jobs.jobs where state = 'queued'"

Prefer = Annotated[
    str,
    Header(description="`respond-async` for an answer at once, `wait=10` to wait that many seconds (RFC 7240)."),
]


class JobProblem(Document):
    """Why a job failed, why its result is partial, or why it waits."""

    code: str
    detail: str
    retry_at: str | None = Field(description="When it is tried again; after a job, the end of the site's pause.")


class Accepted(Document):
    """The job that works on it."""

    job_id: UUID
    state: str


ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": Accepted,
        "description": "The job goes on.",
        "headers": {"Location": {"schema": {"type": "string"}, "description": "Where the job is."}},
    }
}
"""The response of a path that asks for a job, for OpenAPI."""

PROBLEMS = (
    Code.TRACK_NOT_FOUND,
    "UNAUTHORIZED",
    Code.INGESTION_IN_PROGRESS,
    "JOB_CANCELLED",
    Code.SITE_REFUSED,
    Code.ROBOTS_DISALLOWED,
    Code.SITE_UNREACHABLE,
    Code.PAGE_FORMAT_ERROR,
    Code.CRAWL_DISABLED,
)
"""The codes of a path that sends requests to the site by a job."""


def ask(pools: Pools, config: Config, *requests: JobRequest) -> Sequence[Job]:
    """Return the jobs for requests.

    Raises CRAWL_DISABLED for a crawl where no request may be sent to the site, and RATE_LIMITED for a new job while too
    many wait.
    """
    if config.crawl_disabled and any(request.kind in CRAWLS for request in requests):
        raise Refusal(Code.CRAWL_DISABLED, Problem(Code.CRAWL_DISABLED).detail)
    with pools.jobs.connection() as connection, connection.transaction():
        jobs = [store.enqueue(connection, request) for request in requests]
        waiting, now = connection.execute(_WAITING).fetchone() or (0, None)
        if waiting > MOST_WAITING and any(job.created_at == now for job in jobs):
            raise Refusal("RATE_LIMITED", "Too many jobs are waiting. Ask again later.", {"Retry-After": "60"})
    log.info("asked for", job_ids=[str(job.id) for job in jobs])
    return jobs


async def wait_as_preferred(request: Request, pools: Pools, job: Job, prefer: str) -> Job:
    """Return the job when it has ended, or after the wait that the client prefers and the service is set up with."""
    seconds = _seconds_to_wait(prefer, request.app.state.settings.wait)
    return await wait_for_end(pools, job, seconds, request.app.state.is_stopping)


def accepted(job: Job, prefer: str = "") -> Response:
    """Answer that a job goes on."""
    headers = {"Location": f"/api/v1/jobs/{job.id}"}
    if "respond-async" in prefer.lower():
        headers["Preference-Applied"] = "respond-async"
    return json_response({"job_id": job.id, "state": job.state}, 202, headers)


async def wait_for_end(pools: Pools, job: Job, seconds: float, is_stopping: Callable[[], bool]) -> Job:
    """Return the job when it has ended, or as it is after so many seconds, or when the server is asked to stop."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not job.has_ended and loop.time() < deadline and not is_stopping():
        await asyncio.sleep(min(SECONDS_BETWEEN_LOOKS, seconds))
        job = await run_in_threadpool(read_job, pools, job.id)
    return job


def read_job(pools: Pools, job_id: UUID) -> Job:
    """Return a job as it is now. Raises JOB_NOT_FOUND."""
    with pools.jobs.connection() as connection:
        try:
            return store.get(connection, job_id)
        except JobNotFound:
            raise job_not_found() from None


def newest_jobs(pools: Pools, limit: int, after: UUID | None) -> Sequence[Job]:
    """Return the newest jobs, or those that are older than `after`. Raises VALIDATION_ERROR if no job has that id."""
    with pools.jobs.connection() as connection:
        try:
            return store.newest(connection, limit, after)
        except JobNotFound:
            raise unknown_after() from None


def cancel_job(pools: Pools, job_id: UUID) -> Job:
    """Cancel a job, unless it has ended, and return it. Raises JOB_NOT_FOUND."""
    with pools.jobs.connection() as connection:
        try:
            return store.cancel(connection, job_id)
        except JobNotFound:
            raise job_not_found() from None


def pause_job(pools: Pools, job_id: UUID, *, is_paused: bool) -> Job:
    """Pause a range, or let it go on, and return it. Raises JOB_NOT_FOUND and JOB_NOT_PAUSABLE."""
    with pools.jobs.connection() as connection:
        try:
            return store.pause(connection, job_id, is_paused=is_paused)
        except JobNotFound:
            raise job_not_found() from None
        except NotPausable:
            raise Refusal("JOB_NOT_PAUSABLE", "Only a range that has not ended can be paused or resumed.") from None


def problem_of(job: Job) -> Refusal:
    """Return the problem document for a job that ended without a result."""
    if job.state == "cancelled" or job.problem is None:
        return Refusal("JOB_CANCELLED", "Somebody has cancelled the job. Ask again if you want it done.")
    retry_at = job.problem["retry_at"]
    headers = {"Retry-After": format_datetime(datetime.fromisoformat(retry_at), usegmt=True)} if retry_at else {}
    return Refusal(job.problem["code"], job.problem["detail"], headers)


def job_not_found() -> Refusal:
    """Return the problem document for an id that no job has."""
    return Refusal("JOB_NOT_FOUND", "No job has this id.")


def _seconds_to_wait(prefer: str, most: float) -> float:
    """Return the seconds that a client prefers to wait, at most those that the service is set up with."""
    preferences = dict(part.strip().lower().partition("=")[::2] for part in prefer.split(","))
    wanted = preferences.get("wait", "").strip('" ')
    if wanted.isdecimal() and len(wanted) < 9:
        return min(float(wanted), most)
    return 0 if "respond-async" in preferences else most
