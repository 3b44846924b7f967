"""Which practice days a month has by the site's own month page, beside what is stored of each."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import Field

from scraper.config import Config
from scraper.crawl.time_bounds import MOST_BEHIND_UTC
from service.jobs.requests import MonthRequest
from service.jobs.store import Job
from service.web.access import MayCauseRequests
from service.web.answers import OK, TheAnswering, json_bytes
from service.web.asking import (
    ACCEPTED,
    PROBLEMS,
    SECONDS_BETWEEN_LOOKS,
    JobProblem,
    Prefer,
    accepted,
    ask,
    problem_of,
    read_job,
    wait_as_preferred,
)
from service.web.documents import Document
from service.web.pools import Pools, ThePools
from service.web.problems import responses
from service.web.queries import calendar
from service.web.rows import Instant, TrackSlug

router = APIRouter(prefix="/practice-days", tags=["practice days"])

FRESH_FOR = timedelta(minutes=10)
"""Age up to which a month page tells the present of a month that is not over."""

NDJSON = "application/x-ndjson"
_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {NDJSON: {"schema": {"type": "string"}}}}}
_MOST_MONTHS = 120


class MonthWanted(Document):
    """A month of a track."""

    track_slug: TrackSlug
    year: Annotated[int, Field(ge=1990, le=2200)]
    month: Annotated[int, Field(ge=1, le=12)]


class MonthsWanted(Document):
    """The months of a track from the first to the last one, both included; at most 10 years of them are answered."""

    track_slug: TrackSlug
    first_month: Annotated[str, Field(pattern=r"^(199\d|20\d\d)-(0[1-9]|1[0-2])$", description="Such as 2025-01.")]
    last_month: Annotated[str, Field(pattern=r"^(199\d|20\d\d)-(0[1-9]|1[0-2])$", description="Such as 2025-10.")]


class StoredDay(Document):
    """What is stored of a day."""

    event_id: UUID
    ingest_depth: str
    verdict: str | None
    sessions: int | None
    laps: int | None


class DiscoveredDay(Document):
    """A day that the month page shows, or that is stored."""

    date: date
    session_count: int | None = Field(description="By the month page; null if it does not show the day.")
    stored: StoredDay | None


class Month(Document):
    """The days of a month."""

    track_slug: str
    month: str = Field(description="Such as 2025-10.")
    read_at: Instant | None = Field(description="When the month page was read; null if it never was.")
    is_fresh: bool = Field(description="Whether the month page was read lately, or after the end of the month.")
    practice_days: list[DiscoveredDay]


class MonthOfRange(Month):
    """The days of a month, with the reason if its page could not be read as it is now."""

    problem: JobProblem | None = None


@router.post(
    "/discover",
    response_model=Month,
    responses=OK | ACCEPTED | responses(*PROBLEMS),
    dependencies=[MayCauseRequests],
)
async def discover(
    wanted: MonthWanted, pools: ThePools, request: Request, answering: TheAnswering, prefer: Prefer = ""
) -> Response:
    """Return the practice days of a month with their numbers of sessions, and what is stored of each.

    The month page is requested unless the stored one is fresh; when that takes too long, the answer is the job. As CSV
    the days.
    """
    month = date(wanted.year, wanted.month, 1)
    asked = await run_in_threadpool(_ask, pools, request.app.state.config, wanted.track_slug, [month])
    if month in asked:
        job = await wait_as_preferred(request, pools, asked[month], prefer)
        if not job.has_ended:
            return accepted(job, prefer)
        if job.result is None:
            raise problem_of(job)
    found = await run_in_threadpool(_month, pools, wanted.track_slug, month)
    nothing = dict.fromkeys(StoredDay.model_fields)
    rows = [{**day, **(day["stored"] or nothing)} for day in found["practice_days"]]
    return answering.answer(found, rows, ("date", "session_count", *StoredDay.model_fields))


@router.post(
    "/discover-range",
    response_class=Response,
    responses=_LINES | responses("UNAUTHORIZED", "CRAWL_DISABLED"),
    dependencies=[MayCauseRequests],
)
async def discover_range(wanted: MonthsWanted, pools: ThePools, request: Request) -> Response:
    """Send the answers of `discover` for several months, one a line, the newest month first.

    A line is sent as soon as its month page is read. A month whose page cannot be read within the wait that the service
    is set up with is answered as it is stored, with the problem if there is one.
    """
    first, last = (date.fromisoformat(f"{month}-01") for month in (wanted.first_month, wanted.last_month))
    months = list(_months(first, last))
    asked = await run_in_threadpool(_ask, pools, request.app.state.config, wanted.track_slug, months)
    return StreamingResponse(_lines(request, pools, wanted.track_slug, months, asked), media_type=NDJSON)


async def _lines(
    request: Request, pools: Pools, track_slug: str, months: Sequence[date], asked: Mapping[date, Job]
) -> AsyncIterator[bytes]:
    loop, app = asyncio.get_running_loop(), request.app
    deadline = loop.time() + app.state.settings.wait
    for number in months:
        while True:
            job = await run_in_threadpool(read_job, pools, asked[number].id) if number in asked else None
            month = await run_in_threadpool(_month, pools, track_slug, number)
            is_over = loop.time() >= deadline or app.state.is_stopping()
            if job is None or job.has_ended or month["is_fresh"] or is_over:
                break
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        problem = None if month["is_fresh"] or job is None else job.problem
        yield json_bytes({**month, "problem": problem}) + b"\n"


def _ask(pools: Pools, config: Config, track_slug: str, months: Sequence[date]) -> Mapping[date, Job]:
    """Return the jobs for the months that have begun and whose stored pages are not fresh."""
    now = datetime.now(UTC)
    today = (now - MOST_BEHIND_UTC).date()
    with pools.readers.connection() as connection:
        track = calendar.spelled(connection, track_slug) or track_slug
        pages = calendar.month_pages(connection, track, months)
    stale = [month for month in months if month <= today and not _is_fresh(pages.get(month), now)]
    if not stale:
        return {}
    jobs = ask(pools, config, *(MonthRequest(track_slug, month) for month in stale))
    return dict(zip(stale, jobs, strict=True))


def _month(pools: Pools, track_slug: str, month: date) -> dict[str, Any]:
    following = (month + timedelta(days=31)).replace(day=1)
    with pools.readers.connection() as connection, connection.transaction():
        track = calendar.spelled(connection, track_slug) or track_slug
        page = calendar.month_pages(connection, track, [month]).get(month)
        days = calendar.calendar_days(connection, track, month, following)
    return {
        "track_slug": track,
        "month": f"{month:%Y-%m}",
        "read_at": page and page["read_at"],
        "is_fresh": _is_fresh(page, datetime.now(UTC)),
        "practice_days": [_discovered(day) for day in days],
    }


def _is_fresh(page: dict[str, Any] | None, now: datetime) -> bool:
    if page is None:
        return False
    is_final = page["is_of_whole_month"] and page["is_whole"]
    return bool(is_final or now - page["read_at"] < FRESH_FOR)


def _discovered(day: dict[str, Any]) -> dict[str, Any]:
    stored = {name: day[name] for name in StoredDay.model_fields}
    return {
        "date": day["practice_date"],
        "session_count": day["site_sessions"],
        "stored": stored if day["event_id"] else None,
    }


def _months(first: date, last: date) -> Iterator[date]:
    month, number = last, 0
    while month >= first and number < _MOST_MONTHS:
        yield month
        month, number = (month - timedelta(days=1)).replace(day=1), number + 1
