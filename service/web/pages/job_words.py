"""Jobs in words: what was asked for, how far it is, what became of it, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from scraper.errors import Code
from scraper.report.wording import counted, long_date, moment, whole
from service.jobs.requests import CRAWLS, DayRequest, JobRequest, Kind, MonthRequest, RangeRequest, read_request
from service.jobs.store import Job
from service.web.pages.rendering import day_path, with_query

KINDS: Mapping[Kind, str] = {
    Kind.DAY: "Import of a day",
    Kind.MONTH: "Look at a month",
    Kind.RANGE: "Import of a range",
    Kind.CRAWL: "Scheduled crawl",
    Kind.TRANSFORM: "Transform",
    Kind.VERIFY: "Verification",
    Kind.EXPORT: "Export",
}

PLAIN_KINDS: Mapping[str, tuple[Kind, bool, str]] = {
    "crawl": (Kind.CRAWL, False, "Crawl now what the schedule crawls"),
    "transform": (Kind.TRANSFORM, False, "Derive what is new"),
    "transform-all": (Kind.TRANSFORM, True, "Derive all days again"),
    "verify": (Kind.VERIFY, False, "Verify what is derived"),
    "export": (Kind.EXPORT, False, "Export what is new"),
    "export-all": (Kind.EXPORT, True, "Export everything again"),
}
"""The jobs that are for no day in particular, by the value in the form: kind, whether in full, and words."""

STATES = {
    "queued": "Waits for its turn",
    "running": "Is being done",
    "succeeded": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}

STEPS = {
    "crawl": "The site's pages are requested.",
    "transform": "The pages are stored; laps, places and records are derived.",
    "verify": "All days are derived again and compared.",
    "export": "Files are written.",
}

_FIGURES = {
    "sessions_listed": "Sessions on lists",
    "sessions_ingested": "Sessions",
    "sessions_with_laps": "Sessions with laps",
    "laps_ingested": "Laps",
    "drivers_created_or_matched": "Drivers",
    "sessions_failed": "Sessions not derived",
    "sessions_detail_failed": "Session pages failed",
    "pages_failed": "Pages failed",
    "pages_waiting": "Pages that wait",
    "requests": "Requests",
}


@dataclass(frozen=True)
class ProblemInWords:
    """Why a job failed, waits, or is partial, and what to do; and when it is tried again, empty if it is not."""

    detail: str
    code: str
    retry: str


@dataclass(frozen=True)
class JobInWords:
    """A job for a page. `path` is the page of what it is about, empty before there is one.

    `form_path` is the form for the same, empty for what the form does not ask for.
    `pages_planned` is 0 while that is not known. `figures` are pairs of words and figures of its result.
    """

    id: UUID
    title: str
    subject: str
    state: str
    step: str
    pages_planned: int
    pages_done: int
    pages: str
    models: str
    problem: ProblemInWords | None
    figures: Sequence[tuple[str, str]]
    path: str
    form_path: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    can_pause: bool
    can_resume: bool
    is_day: bool
    was_cut: bool

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.ended_at is not None


def in_words(job: Job) -> JobInWords:
    """Return a job in words."""
    request = read_request(job.kind, job.arguments)
    is_running, progress = job.state == "running", job.progress
    planned = int(progress.get("pages_planned", 0)) if job.kind in CRAWLS else 0
    is_open_range = job.kind == Kind.RANGE and not job.has_ended
    return JobInWords(
        id=job.id,
        title=KINDS[job.kind],
        subject=_subject(request),
        state=_state(job),
        step=_step(request, progress) if is_running else "",
        pages_planned=planned,
        pages_done=int(progress.get("pages_done", 0)),
        pages=_pages(progress) if planned else "",
        models=_models(progress) if is_running and progress.get("step") != "crawl" else "",
        problem=_problem(job),
        figures=_figures(job.result or {}),
        path=_path(request) if job.result is not None else "",
        form_path=_form_path(request),
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        can_pause=is_open_range and not job.is_paused,
        can_resume=is_open_range and job.is_paused,
        is_day=job.kind == Kind.DAY,
        was_cut=job.state in ("failed", "cancelled"),
    )


def _subject(request: JobRequest) -> str:
    match request:
        case DayRequest():
            return f"{request.track_slug}, {long_date(request.day)}{_depth(request)}"
        case MonthRequest():
            return f"{request.track_slug}, {request.month:%B %Y}"
        case RangeRequest():
            days = f"{_short_date(request.first_day)} to {_short_date(request.last_day)}"
            return f"{', '.join(request.track_slugs)}, {days}{_depth(request)}"
        case _:
            return "of everything" if request.full else ""


def _depth(request: DayRequest | RangeRequest) -> str:
    return (", lists only" if request.list_only else "") + (", every page again" if request.refresh else "")


def _short_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _path(request: JobRequest) -> str:
    match request:
        case DayRequest():
            return day_path(request.track_slug, request.day)
        case MonthRequest():
            return with_query(f"/tracks/{request.track_slug}", year=request.month.year)
        case RangeRequest(track_slugs=(track_slug,)):
            return f"/tracks/{track_slug}"
        case _:
            return ""


def _form_path(request: JobRequest) -> str:
    match request:
        case DayRequest():
            return with_query("/imports", track=request.track_slug, day=request.day)
        case RangeRequest(track_slugs=(track_slug,)):
            days = {"day": request.first_day, "last_day": request.last_day}
            return with_query("/imports", track=track_slug, **days)
        case _:
            return ""


def _step(request: JobRequest, progress: Mapping[str, Any]) -> str:
    words = STEPS.get(progress.get("step", ""), "")
    if not words or not isinstance(request, RangeRequest):
        return words
    month = date.fromisoformat(progress.get("remaining_to", request.last_day.isoformat()))
    return f"{month:%B %Y}: {words}"


def _state(job: Job) -> str:
    if job.is_paused and not job.has_ended:
        return "Pauses as soon as the pages arrive that were requested" if job.state == "running" else "Paused"
    if job.state == "queued" and job.problem:
        return "Waits"
    status = job.result.get("status") if job.result and job.state == "succeeded" else None
    if status:
        return "Complete" if status == "completed" else "Partial: something is missing"
    return STATES[job.state]


def _pages(progress: Mapping[str, int]) -> str:
    failed = progress.get("pages_failed", 0)
    done, planned = progress.get("pages_done", 0), progress["pages_planned"]
    return f"{whole(done)} of {counted(planned, 'page')}" + (f", {whole(failed)} failed" if failed else "")


def _figures(result: Mapping[str, int]) -> Sequence[tuple[str, str]]:
    return [(words, whole(result[name])) for name, words in _FIGURES.items() if name in result]


def _models(progress: Mapping[str, int]) -> str:
    done = progress.get("models_done")
    return f"{whole(done)} tables and checks done" if done else ""


def _problem(job: Job) -> ProblemInWords | None:
    if job.problem is None:
        return None
    code, retry_at = job.problem["code"], job.problem["retry_at"]
    # Whoever waits for a lock looks every few seconds.
    is_shown = retry_at and code != Code.INGESTION_IN_PROGRESS and not job.has_ended
    retry = moment(datetime.fromisoformat(retry_at)) if is_shown else ""
    return ProblemInWords(job.problem["detail"], code, retry)
