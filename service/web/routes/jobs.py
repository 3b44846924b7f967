"""Jobs: ask for those without a day, look at them, watch one, cancel one, pause a range."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field, StrictBool

from service.jobs import store
from service.jobs.requests import Kind, PlainRequest
from service.jobs.store import Job
from service.web import asking
from service.web.access import MayCauseRequests
from service.web.answers import OK, TheAnswering, json_bytes, json_response
from service.web.asking import ACCEPTED, SECONDS_BETWEEN_LOOKS, Accepted, JobProblem, accepted, ask, read_job
from service.web.documents import Document
from service.web.pools import ThePools
from service.web.problems import Refusal, responses
from service.web.rows import Instant

router = APIRouter(prefix="/jobs", tags=["jobs"])

_OF_RANGE = responses("JOB_NOT_FOUND", "JOB_NOT_PAUSABLE", "UNAUTHORIZED")
MOST_STREAMS = 100
MOST_STREAMS_OF_CLIENT = 20
SECONDS_OF_STREAM = 60.0

_SHOWN = ("pages_planned", "pages_done", "pages_failed", "step", "models_done")


class Progress(Document):
    """What is done: pages of the crawl, which days that waited together have in common, then models and tests."""

    pages_planned: int = 0
    pages_done: int = Field(default=0, description="Pages that were stored, and those that failed.")
    pages_failed: int = 0
    step: str | None = Field(default=None, description="`crawl`, `transform`, `verify` or `export`.")
    models_done: int | None = None


class JobDocument(Document):
    """A job as it is now."""

    job_id: UUID
    kind: Kind
    state: str = Field(description="`queued`, `running`, `succeeded`, `failed` or `cancelled`.")
    is_paused: bool
    arguments: dict[str, Any]
    progress: Progress
    result: dict[str, Any] | None
    problem: JobProblem | None
    attempts: int
    created_at: Instant
    due_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class Jobs(Document):
    """A part of the jobs, the newest first."""

    jobs: list[JobDocument]
    next: UUID | None = Field(description="`after` of the following part.")


class AskedPlain(Document):
    """The scheduled crawl (`TRACKS`, the last `DAYS` days, and what is open), or a verification of all days."""

    kind: Literal["crawl", "verify"]


class AskedFull(Document):
    """A transform or an export, of what is new or of everything."""

    kind: Literal["transform", "export"]
    full: StrictBool = Field(default=False, description="Derive or export every day again.")


_COLUMNS = ("job_id", "kind", "state", "is_paused", "attempts", "created_at", "due_at", "started_at", "ended_at")


@router.get("", response_model=Jobs, responses=OK | responses())
def list_jobs(
    pools: ThePools,
    answering: TheAnswering,
    after: Annotated[UUID | None, Query(description="`next` of the part before.")] = None,
    limit: Annotated[int, Query(ge=1, le=store.MOST_LISTED - 1, description="Most rows of this part.")] = 50,
) -> Response:
    """List the jobs, the newest first."""
    jobs = asking.newest_jobs(pools, limit + 1, after)
    return answering.page("jobs", [document(job) for job in jobs], _COLUMNS, "job_id", limit)


@router.post(
    "",
    status_code=202,
    response_model=Accepted,
    responses=ACCEPTED | responses("UNAUTHORIZED", "CRAWL_DISABLED"),
    dependencies=[MayCauseRequests],
)
def ask_for_job(asked: AskedPlain | AskedFull, pools: ThePools, request: Request) -> Response:
    """Ask for a job that is for no day in particular; asked for twice, it is one job."""
    wanted = PlainRequest(Kind(asked.kind), full=isinstance(asked, AskedFull) and asked.full)
    return accepted(ask(pools, request.app.state.config, wanted)[0])


@router.get("/{job_id:uuid}", response_model=JobDocument, responses=responses("JOB_NOT_FOUND"))
def get_job(job_id: UUID, pools: ThePools) -> Response:
    """Return a job with its progress, and with result or problem if it has ended."""
    return json_response(document(read_job(pools, job_id)), headers={"Cache-Control": "no-store"})


@router.delete(
    "/{job_id:uuid}",
    response_model=JobDocument,
    responses=responses("JOB_NOT_FOUND", "UNAUTHORIZED"),
    dependencies=[MayCauseRequests],
)
def cancel_job(job_id: UUID, pools: ThePools) -> Response:
    """Cancel a job, unless it has ended. What it has stored stays."""
    return json_response(document(asking.cancel_job(pools, job_id)))


@router.post("/{job_id:uuid}/pause", response_model=JobDocument, responses=_OF_RANGE, dependencies=[MayCauseRequests])
def pause_job(job_id: UUID, pools: ThePools) -> Response:
    """Pause a range that has not ended, after the pages that still arrive."""
    return json_response(document(asking.pause_job(pools, job_id, is_paused=True)))


@router.post("/{job_id:uuid}/resume", response_model=JobDocument, responses=_OF_RANGE, dependencies=[MayCauseRequests])
def resume_job(job_id: UUID, pools: ThePools) -> Response:
    """Let a range that is paused go on where it was."""
    return json_response(document(asking.pause_job(pools, job_id, is_paused=False)))


async def _job_to_watch(job_id: UUID, pools: ThePools, request: Request) -> AsyncIterator[Job]:
    """Yield the job, so that an unknown one, or one stream too many, is a problem before the events begin."""
    streams: Counter[str] = request.app.state.streams
    client = request.client.host if request.client else ""
    if streams.total() >= MOST_STREAMS or streams[client] >= MOST_STREAMS_OF_CLIENT:
        raise Refusal("RATE_LIMITED", "Too many streams of events are open. Close some.", {"Retry-After": "60"})
    streams[client] += 1
    try:
        yield await run_in_threadpool(read_job, pools, job_id)
    finally:  # when the stream has ended
        streams[client] -= 1
        streams += Counter()  # forgets clients without a stream


@router.get(
    "/{job_id:uuid}/events", response_class=EventSourceResponse, responses=responses("JOB_NOT_FOUND", "INTERNAL_ERROR")
)
async def watch_job(
    job: Annotated[Job, Depends(_job_to_watch)], pools: ThePools, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """Send the job as an event `job`, now and whenever it has changed, until it has ended or for a minute.

    A client that still wants to know connects again, as browsers do by themselves.
    """
    loop = asyncio.get_running_loop()
    sent, ends_at = b"", loop.time() + SECONDS_OF_STREAM
    while loop.time() < ends_at:
        shown = json_bytes(document(job))
        if shown != sent:
            yield ServerSentEvent(raw_data=shown.decode(), event="job")
            sent = shown
        if job.has_ended or request.app.state.is_stopping():
            return
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        job = await run_in_threadpool(read_job, pools, job.id)


def document(job: Job) -> dict[str, Any]:
    """Return what the API shows of a job."""
    known = {name: getattr(job, name) for name in JobDocument.model_fields if name not in ("job_id", "progress")}
    shown = {name: job.progress[name] for name in _SHOWN if name in job.progress}
    return {"job_id": job.id, **known, "progress": Progress(**shown).model_dump(exclude_none=True)}
