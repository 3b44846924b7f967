"""How a page is rendered: its templates, its Content-Security-Policy, and when a browser has it already."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from cachetools import LRUCache
from fastapi import Request, Response
from jinja2 import Environment

from scraper.report.page import TEMPLATES as REPORT
from scraper.report.page import environment
from service.web.answers import Answering
from service.web.pages.assets import address, assets
from service.web.pages.session_laps import racer_label
from service.web.problems import ProblemDocument

_TEMPLATES = Path(__file__).with_name("templates")
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_DETAILS = {
    "VALIDATION_ERROR": "This address or form cannot be read.",
    "NOT_FOUND": "There is nothing at this address.",
    "METHOD_NOT_ALLOWED": "This address is for a form. Go back to the page that has it.",
    "TRACK_NOT_FOUND": "No practice day of this track is stored.",
    "DAY_NOT_FOUND": "This day is not stored.",
    "PERSON_NOT_FOUND": "Nobody has this id. The search among People finds people by name.",
    "SESSION_NOT_FOUND": "No session has this id, or it has left the list of its day.",
}
"""What a page says in place of a sentence that names a path of the API."""
_MOST_BYTES = 32 * 1024 * 1024
"""Size of the pages that are kept."""
_PRINTED_BY = {".html", ".py"}
_HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"}


class KeptPages:
    """Pages that were rendered, the last used ones."""

    def __init__(self) -> None:
        self._pages: LRUCache[tuple[str, str], Response] = LRUCache(_MOST_BYTES, getsizeof=_size)
        self._lock = Lock()

    def get(self, path: str, etag: str) -> Response | None:
        """Return the page of a path with this ETag, None if it is not kept."""
        with self._lock:
            return self._pages.get((path, etag))

    def keep(self, path: str, etag: str, page: Response) -> None:
        """Keep a page in place of the one that was used least lately."""
        with self._lock, suppress(ValueError):  # a page that is larger than all space
            self._pages[path, etag] = page


def page(request: Request, template: str, *, status: int = 200, etag: str | None = None, **variables: Any) -> Response:
    """Return a page from a template of this folder. Nothing in it is loaded from elsewhere."""
    html = _environment().get_template(template).render(path=request.url.path, **variables)
    headers = {"Cache-Control": "private, no-cache", **_HEADERS, **({"ETag": f'"{etag}"'} if etag else {})}
    response = Response(html, status, headers, "text/html")
    if etag:
        request.app.state.kept_pages.keep(request.url.path, etag, response)
    return response


def versioned(etag: str) -> str:
    """Return the ETag of a page from that of its rows: it changes with the programs and templates, too."""
    return f"{etag}-{_version()}"


def unchanged_or_kept(request: Request, etag: str) -> Response | None:
    """Return the page with this ETag if the browser has it, or if it was rendered before; None for a new one."""
    return Answering(request).unchanged(etag) or request.app.state.kept_pages.get(request.url.path, etag)


def problem_page(request: Request, problem: ProblemDocument) -> Response:
    """Return a problem as a page."""
    names_a_path = "/api/" in problem.detail or "/openapi.json" in problem.detail
    detail = _DETAILS.get(problem.code, problem.detail) if names_a_path else problem.detail
    return page(request, "problem.html", status=problem.status, problem=problem, detail=detail)


def with_query(path: str, **parameters: object) -> str:
    """Return a path with a query, without the parameters that are None."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


@lru_cache(256)
def day_path(track_slug: str, day: object) -> str:
    """Return the path of the page of a practice day."""
    return f"/tracks/{quote(track_slug, safe='')}/{day}"


def _size(page: Response) -> int:
    return len(page.body)


@cache
def _environment() -> Environment:
    own = environment(_TEMPLATES)
    own.filters["racer"] = racer_label
    own.globals |= {"address": address, "day_path": day_path, "with_query": with_query}
    return own


@cache
def _version() -> str:
    folders = (_TEMPLATES, _TEMPLATES.parent, REPORT, REPORT.parent)
    sources: Sequence[Path] = sorted(path for each in folders for path in each.iterdir() if path.suffix in _PRINTED_BY)
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    for asset in assets().values():
        digest.update(asset.digest.encode())
    return digest.hexdigest()[:16]
