"""Imports: ask for a day or a range, look at the jobs, watch one, cancel, pause and resume it, ask for it again."""

import re
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError

from service.jobs.requests import PlainRequest, read_request
from service.jobs.store import Job
from service.web import asking
from service.web.access import IsSignedIn, MustBeSignedIn
from service.web.asked_days import AskedBySlug, AskedRange, ask_for_day, ask_for_range
from service.web.pages.forms import Fields, see_other
from service.web.pages.job_words import PLAIN_KINDS, in_words
from service.web.pages.rendering import page
from service.web.pools import Pools, ThePools
from service.web.problems import STATUSES, Refusal
from service.web.queries.tracks import track_names

router = APIRouter(prefix="/imports", include_in_schema=False)

_ON_A_PAGE = 20

# The fields of the API that a field of the form is, and what is wrong with it.
_ERRORS: Mapping[str, tuple[str, str]] = {
    "track_slug": ("track", "Write letters, digits and hyphens only, such as canberraoffroad."),
    "date": ("day", "Write a day as 2025-10-25."),
    "start_date": ("day", "Write a day as 2025-10-25."),
    "end_date": ("last_day", "Write a day as 2025-10-25, or nothing."),
}

# An address of the track at the site, as people copy it.
_HOST = re.compile(r"(?:https?://)?([^./]+)\.liverc\.com(?:/.*)?", re.IGNORECASE)
_Text = Annotated[str | None, Field(max_length=100)]


class Link(BaseModel):
    """What a link to the page fills in, and the job that the list begins after."""

    track: _Text = None
    day: _Text = None
    last_day: _Text = None
    after: UUID | None = None


@router.get("")
def show_imports(
    request: Request, pools: ThePools, is_signed_in: IsSignedIn, link: Annotated[Link, Query()]
) -> Response:
    """Show the form, filled in by a link, and the jobs, the newest first."""
    typed = link.model_dump(exclude={"after"})
    return _page(request, pools, typed, is_signed_in=is_signed_in, after=link.after)


@router.post("", dependencies=[MustBeSignedIn])
def ask_for_days(request: Request, pools: ThePools, fields: Fields) -> Response:
    """Ask for a day or a range, and go to its job; or say what is wrong with what was typed."""
    try:
        return _to(_ask(request, pools, fields))
    except ValidationError as problem:
        errors = dict(_ERRORS[str(error["loc"][0])] for error in problem.errors())
        return _page(request, pools, fields, status=422, errors=errors)
    except Refusal as refusal:
        response = _page(request, pools, fields, status=STATUSES[refusal.code], refusal=refusal.detail)
        response.headers.update(refusal.headers or {})
        return response


@router.post("/other", dependencies=[MustBeSignedIn])
def ask_for_other(request: Request, pools: ThePools, fields: Fields) -> Response:
    """Ask for a job that is for no day in particular."""
    if fields.get("what") not in PLAIN_KINDS:
        raise Refusal("VALIDATION_ERROR", "Choose one of the jobs of the page.")
    kind, is_full, _ = PLAIN_KINDS[fields["what"]]
    return _to(asking.ask(pools, request.app.state.config, PlainRequest(kind, is_full))[0])


@router.get("/{job_id:uuid}")
def show_job(request: Request, job_id: UUID, pools: ThePools, is_signed_in: IsSignedIn) -> Response:
    """Show a job."""
    job = in_words(asking.read_job(pools, job_id))
    return page(request, "job.html", job=job, is_signed_in=is_signed_in)


@router.get("/{job_id:uuid}/now")
def show_progress(request: Request, job_id: UUID, pools: ThePools) -> Response:
    """Return the part of a page that says how far a job is."""
    return page(request, "job_now.html", job=in_words(asking.read_job(pools, job_id)))


@router.post("/{job_id:uuid}/cancel", dependencies=[MustBeSignedIn])
def cancel(job_id: UUID, pools: ThePools, _: Fields) -> Response:
    """Cancel a job."""
    return _to(asking.cancel_job(pools, job_id))


@router.post("/{job_id:uuid}/pause", dependencies=[MustBeSignedIn])
def pause(job_id: UUID, pools: ThePools, _: Fields) -> Response:
    """Pause a range."""
    return _to(asking.pause_job(pools, job_id, is_paused=True))


@router.post("/{job_id:uuid}/resume", dependencies=[MustBeSignedIn])
def resume(job_id: UUID, pools: ThePools, _: Fields) -> Response:
    """Let a range go on."""
    return _to(asking.pause_job(pools, job_id, is_paused=False))


@router.post("/{job_id:uuid}/again", dependencies=[MustBeSignedIn])
def ask_again(request: Request, job_id: UUID, pools: ThePools, _: Fields) -> Response:
    """Ask for the same as a job that has ended."""
    job = asking.read_job(pools, job_id)
    return _to(asking.ask(pools, request.app.state.config, read_request(job.kind, job.arguments))[0])


def _ask(request: Request, pools: Pools, fields: Mapping[str, str]) -> Job:
    """Ask by the form. Raises ValidationError, and what the API raises."""
    wanted = {
        "track_slug": _HOST.sub(r"\1", fields.get("track", "")),
        "list_only": "list_only" in fields,
        "refresh": "refresh" in fields,
    }
    first, last = fields.get("day", ""), fields.get("last_day", "")
    if last in ("", first):
        return ask_for_day(pools, request.app.state.config, AskedBySlug.model_validate({**wanted, "date": first}))
    asked = AskedRange.model_validate({**wanted, "start_date": first, "end_date": last})
    return ask_for_range(pools, request.app.state.config, asked)


def _page(  # noqa: PLR0913 - what the page shows
    request: Request,
    pools: Pools,
    typed: Mapping[str, str | None],
    *,
    is_signed_in: bool = True,
    after: UUID | None = None,
    status: int = 200,
    errors: Mapping[str, str] = {},
    refusal: str = "",
) -> Response:
    jobs = asking.newest_jobs(pools, _ON_A_PAGE + 1, after)
    with pools.readers.connection() as connection:
        tracks = track_names(connection)
    shown = jobs[:_ON_A_PAGE]
    return page(
        request,
        "imports.html",
        status=status,
        typed=dict.fromkeys(("track", "day", "last_day", "list_only", "refresh")) | dict(typed),
        errors=errors,
        refusal=refusal,
        jobs=[in_words(job) for job in shown],
        going_on=not all(job.has_ended for job in shown),
        following=shown[-1].id if len(jobs) > len(shown) else None,
        after=after,
        tracks=tracks,
        plain_kinds=PLAIN_KINDS,
        is_signed_in=is_signed_in,
        can_sign_out=is_signed_in and request.app.state.settings.needs_token,
    )


def _to(job: Job) -> Response:
    return see_other(f"/imports/{job.id}")
