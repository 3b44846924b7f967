"""Problem documents (RFC 9457): a stable code for programs, a sentence for people, never the text of an exception."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from scraper.errors import Code
from service.web.paths import methods_of

MEDIA_TYPE = "application/problem+json"

STATUSES: Mapping[str, int] = {
    Code.VALIDATION_ERROR: 422,
    Code.TRACK_NOT_FOUND: 404,
    "DAY_NOT_FOUND": 404,
    "SESSION_NOT_FOUND": 404,
    "PERSON_NOT_FOUND": 404,
    "JOB_NOT_FOUND": 404,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    Code.INGESTION_IN_PROGRESS: 409,
    "JOB_CANCELLED": 409,
    "JOB_NOT_PAUSABLE": 409,
    "BODY_TOO_SLOW": 408,
    "BODY_TOO_LARGE": 413,
    "HOST_NOT_ALLOWED": 421,
    "UNAUTHORIZED": 401,
    "CROSS_SITE_REQUEST": 403,
    "RATE_LIMITED": 429,
    Code.SITE_REFUSED: 502,
    Code.ROBOTS_DISALLOWED: 502,
    Code.SITE_UNREACHABLE: 502,
    Code.PAGE_FORMAT_ERROR: 502,
    Code.CRAWL_DISABLED: 503,
    Code.DATABASE_UNAVAILABLE: 503,
    "INTERNAL_ERROR": 500,
}
"""The status of each code."""

_GONE = "The database cannot be used, or has too much to do. Try again later."
_NOT_DERIVED = "Nothing is derived in this database yet. Run a transform, then ask again."
_INVALID = "The request does not have the form that the API describes. See errors, and /openapi.json."


class FieldError(BaseModel):
    """What is wrong with a part of a request."""

    location: str = Field(description="For example body.date or query.limit.")
    message: str


class ProblemDocument(BaseModel):
    """Why a request was not answered as it was meant."""

    type: str
    title: str
    status: int
    code: str = Field(json_schema_extra={"enum": [str(code) for code in STATUSES]})
    detail: str
    request_id: str | None = Field(default=None, description="The id of the request in the logs of the service.")
    errors: list[FieldError] = Field(default=[], description="For VALIDATION_ERROR only.")


class Refusal(Exception):
    """A request that is answered by a problem document."""

    def __init__(self, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.headers = headers


def unknown_after() -> Refusal:
    """Return the problem of an `after` that no row of the list has."""
    return Refusal(Code.VALIDATION_ERROR, "The row of `after` is not in the list any more. Begin the list again.")


def problem_response(
    request: Request,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> Response:
    """Return the response for a problem: a document, or a page for a browser."""
    document = _document(code, detail, getattr(request.state, "request_id", None), errors)
    if "text/html" not in request.headers.get("accept", "") or request.url.path.startswith("/api/"):
        content = document.model_dump_json(exclude_defaults=True)
        return Response(content, document.status, dict(headers or {}), MEDIA_TYPE)
    page: Response = request.app.state.problem_page(request, document)
    page.headers.update(headers or {})
    return page


def responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a path for OpenAPI: those of these codes, and those that every path has."""
    by_status: dict[int, list[str]] = {}
    for code in (*codes, *_EVERYWHERE):
        by_status.setdefault(STATUSES[code], []).append(str(code))
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {"description": ", ".join(dict.fromkeys(names)), "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, names in sorted(by_status.items())
    }


_EVERYWHERE = (
    Code.VALIDATION_ERROR,
    "CROSS_SITE_REQUEST",
    "BODY_TOO_SLOW",
    "BODY_TOO_LARGE",
    "HOST_NOT_ALLOWED",
    "RATE_LIMITED",
    "INTERNAL_ERROR",
    Code.DATABASE_UNAVAILABLE,
)


def add_handlers(app: FastAPI, problem_page: Callable[[Request, ProblemDocument], Response]) -> None:
    """Let an application answer every exception by a problem document, or to a browser by a page."""
    app.state.problem_page = problem_page

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return problem_response(request, refusal.code, refusal.detail, refusal.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, problem: RequestValidationError) -> Response:
        # The message of pydantic says what a value should be; the value itself is left out.
        errors = [
            FieldError(location=".".join(map(str, error["loc"])), message=str(error["msg"]))
            for error in problem.errors()
        ]
        return problem_response(request, Code.VALIDATION_ERROR, _INVALID, errors=errors)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, problem: HTTPException) -> Response:
        if problem.status_code == 404:
            return problem_response(request, "NOT_FOUND", "There is nothing at this path. See /openapi.json.")
        if problem.status_code == 405:
            return problem_response(
                request, "METHOD_NOT_ALLOWED", "This path does not have this method.", {"Allow": methods_of(request)}
            )
        return problem_response(request, Code.VALIDATION_ERROR, _INVALID)

    @app.exception_handler(psycopg.OperationalError)
    async def gone(request: Request, _: psycopg.OperationalError) -> Response:
        return problem_response(request, Code.DATABASE_UNAVAILABLE, _GONE, {"Retry-After": "5"})

    @app.exception_handler(psycopg.errors.UndefinedTable)
    async def not_derived(request: Request, _: psycopg.errors.UndefinedTable) -> Response:
        return problem_response(request, Code.DATABASE_UNAVAILABLE, _NOT_DERIVED, {"Retry-After": "60"})


def _document(code: str, detail: str, request_id: str | None, errors: Sequence[FieldError]) -> ProblemDocument:
    status = STATUSES[code]
    title = HTTPStatus(status).phrase
    return ProblemDocument(
        type="about:blank",
        title=title,
        status=status,
        code=str(code),
        detail=detail,
        request_id=request_id,
        errors=list(errors),
    )
