"""What every request passes: an id, a log line, and the checks of host, origin, rate and size."""

import asyncio
import re
import time
from uuid import uuid4

import structlog
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import frames
from service.web.metrics import Requests
from service.web.paths import route_of
from service.web.problems import Refusal, problem_response
from service.web.settings import WebSettings

MOST_BYTES = 16 * 1024
"""Size of a request's body."""

SECONDS_FOR_BODY = 10.0
UNLIMITED = ("/healthz", "/static/")
"""Paths that cost nothing: whoever watches the service asks again and again, and each page has some files."""

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?\Z")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")

log = structlog.get_logger("service.web")


class RequestChecks:
    """ASGI middleware around the whole application. Nothing that it logs has a name of a driver: it logs no query."""

    def __init__(self, app: ASGIApp, settings: WebSettings, requests: Requests) -> None:
        self._app = app
        self._requests = requests
        self._settings = settings
        self._rate = parse(settings.rate)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        method = scope["method"]
        answer = _Answer(send, request_id, is_head=method == "HEAD")
        began = time.perf_counter()
        try:
            body = await self._checked(scope, headers, receive)
            _read_suffix(scope)
            if method == "HEAD":  # as GET, without the content
                scope["method"] = "GET"
            await self._app(scope, body, answer.send)
        except Refusal as refusal:
            response = problem_response(Request(scope), refusal.code, refusal.detail, refusal.headers)
            await response(scope, receive, answer.send)
        except Exception as problem:
            log.error("failed", error=type(problem).__name__, at=frames(problem.__traceback__))
            if answer.status:
                raise _Broken from None  # the answer has begun, and has to be cut
            detail = "The service has failed. Its log has the id of this request."
            response = problem_response(Request(scope), "INTERNAL_ERROR", detail)
            await response(scope, receive, answer.send)
        finally:
            seconds = time.perf_counter() - began
            route = route_of(scope)
            self._requests.note(method, route, answer.status, seconds)
            log.info("answered", method=method, route=route, status=answer.status, ms=round(seconds * 1000, 1))

    async def _checked(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """Raise Refusal for a request that is not let in; return its body."""
        if _name(headers.get("host", "")) not in self._settings.allowed_names:
            raise Refusal("HOST_NOT_ALLOWED", "The service is not called so. The operator sets its names: SERVE_NAMES.")
        if scope["method"] not in _SAFE_METHODS and _is_of_another_site(headers):
            raise Refusal("CROSS_SITE_REQUEST", "A page of another site may not do this.")
        client = (scope.get("client") or ("",))[0]
        if not scope["path"].startswith(UNLIMITED) and not self._limiter.hit(self._rate, client):
            reset, _ = self._limiter.get_window_stats(self._rate, client)
            seconds = max(1, round(reset - time.time()))
            raise Refusal("RATE_LIMITED", "Too many requests. Ask again later.", {"Retry-After": f"{seconds}"})
        try:
            async with asyncio.timeout(SECONDS_FOR_BODY):
                return await _read(headers, receive)
        except TimeoutError:
            raise Refusal("BODY_TOO_SLOW", "The body of the request does not arrive.") from None


class _Broken(Exception):
    """An answer that was begun and cannot be ended. The log says why."""


class _Answer:
    """Sends an answer, with the headers that every answer has."""

    def __init__(self, send: Send, request_id: str, *, is_head: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._is_head = is_head
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request_id
            headers["X-Content-Type-Options"] = "nosniff"
        elif self._is_head:
            message = {**message, "body": b""}
        await self._send(message)


async def _read(headers: Headers, receive: Receive) -> Receive:
    """Read the body before a thread or a connection to the database waits for it, and return it for the application."""
    too_large = Refusal("BODY_TOO_LARGE", f"The body of a request has at most {MOST_BYTES} bytes.")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise too_large
    body, has_more = b"", length != "0" or "transfer-encoding" in headers
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":  # half a form is none
            raise Refusal("BODY_TOO_SLOW", "The body of the request does not arrive.")
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise too_large
        has_more = message.get("more_body", False)
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def _read_suffix(scope: Scope) -> None:
    """Let `.csv` after a path of the API mean the same as `Accept: text/csv`."""
    path: str = scope["path"]
    if path.startswith("/api/") and path.endswith(".csv"):
        scope["path"] = path.removesuffix(".csv")
        scope["state"]["suffix"] = ".csv"
        others = [(name, value) for name, value in scope["headers"] if name != b"accept"]
        scope["headers"] = [*others, (b"accept", b"text/csv")]


def _is_of_another_site(headers: Headers) -> bool:
    """Return whether a browser says that a page of another site sends the request. Programs say nothing of it."""
    origin = headers.get("origin")
    is_of_another_origin = origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower()
    return is_of_another_origin or headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _name(host: str) -> str:
    """Return the name of a `Host` header, without port and brackets, in lower case; empty for what is none."""
    found = _HOST.match(host)
    return found["name"].strip("[]").lower() if found else ""
