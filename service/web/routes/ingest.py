"""Ask for a practice day, the call of the system that this one replaces, or for a range of days."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from service.web.access import MayCauseRequests
from service.web.answers import json_response
from service.web.asked_days import AskedDay, AskedRange, ask_for_day, ask_for_range
from service.web.asking import (
    ACCEPTED,
    PROBLEMS,
    Accepted,
    JobProblem,
    Prefer,
    accepted,
    problem_of,
    wait_as_preferred,
)
from service.web.documents import Document
from service.web.pools import ThePools
from service.web.problems import responses

router = APIRouter(prefix="/practice-days", tags=["practice days"])


class Ingested(Document):
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
async def ingest(asked: AskedDay, pools: ThePools, request: Request, prefer: Prefer = "") -> Response:
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
