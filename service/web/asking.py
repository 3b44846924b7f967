"""Asking for jobs over HTTP: what may be asked for, and how long the answer waits for the end of the job."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request, Response

from scraper.config import Config
from scraper.errors import Code
from service.jobs.problems import Problem
from service.jobs.requests import JobRequest
from service.jobs.store import Job, enqueue
from service.web.answers import json_response
from service.web.pools import Pools
from service.web.problems import Refusal
from service.web.routes.jobs import wait_for_end
from service.web.schemas import Strict

MOST_WAITING = 200
"""Number of jobs in the queue from which on no further one is taken."""

_WAITING = "select count(*), now() from jobs.jobs where state = 'queued'"

Prefer = Annotated[
    str,
    Header(description="`respond-async` for an answer at once, `wait=10` to wait that many seconds (RFC 7240)."),
]


class Accepted(Strict):
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
    """Return the jobs for requests that a crawl does.

    Raises CRAWL_DISABLED where no request may be sent to the site, and RATE_LIMITED for a new job while too many wait.
    """
    if config.crawl_disabled:
        raise Refusal(Code.CRAWL_DISABLED, Problem(Code.CRAWL_DISABLED).detail)
    with pools.jobs.connection() as connection, connection.transaction():
        jobs = [enqueue(connection, request) for request in requests]
        waiting, now = connection.execute(_WAITING).fetchone() or (0, None)
        if waiting > MOST_WAITING and any(job.created_at == now for job in jobs):
            raise Refusal("RATE_LIMITED", "Too many jobs are waiting. Ask again later.", {"Retry-After": "60"})
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


def _seconds_to_wait(prefer: str, most: float) -> float:
    """Return the seconds that a client prefers to wait, at most those that the service is set up with."""
    preferences = dict(part.strip().lower().partition("=")[::2] for part in prefer.split(","))
    wanted = preferences.get("wait", "").strip('" ')
    if wanted.isdecimal() and len(wanted) < 9:
        return min(float(wanted), most)
    return 0 if "respond-async" in preferences else most
