"""The sample site's response to each path, and the form of a response in HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season

ROBOTS = "User-agent: *\nDisallow: /admin/\n"
HTML, PLAIN = "text/html; charset=UTF-8", "text/plain; charset=UTF-8"


@dataclass(frozen=True)
class Response:
    """Status, headers and body. ``Content-Length`` and ``Connection`` are added when it is sent."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": HTML})

    def head(self, **framing: str) -> bytes:
        """Status line and headers; ``framing`` are further headers by name, underscores for hyphens."""
        phrase = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Unknown"
        headers = {**self.headers, **{name.replace("_", "-"): value for name, value in framing.items()}}
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def page(text: str, status: int = 200, content_type: str = HTML, **headers: str) -> Response:
    """Return a response with this text as its body; ``headers`` by name, underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, text.encode(), {"Content-Type": content_type, **named})


def respond(season: Season, target: str, visit: int) -> Response:
    """Return the page at ``target`` (path and query); 404 for any other path, and for a removed session."""
    url = urlsplit(target)
    if url.path == "/robots.txt":
        return page(ROBOTS, content_type=PLAIN)
    match url.path.split("/"):
        case ["", slug, "practice", ""]:
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            try:
                return page(_practice_page(season, slug, query, visit))
            except (KeyError, ValueError):
                pass
    return page("<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n", 404)


def _practice_page(season: Season, slug: str, query: Mapping[str, str], visit: int) -> str:
    """Render a practice page. Raises ``KeyError`` or ``ValueError`` for an unknown track, page, date or session."""
    match query.get("p", "calendar"):
        case "calendar":
            month = date.fromisoformat(f"{query['d']}-01") if "d" in query else season.today
            return render_month(season, slug, month, visit)
        case "session_list":
            return render_list(season, slug, date.fromisoformat(query["d"]), visit)
        case "view_session":
            return render_session(season, slug, int(query["id"]), visit)
        case unknown:
            raise KeyError(unknown)
