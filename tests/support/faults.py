"""Faults of the sample site: which pages, how often, and in what way.

A ``Fault`` selects pages by a regular expression over path and query. A ``PageFault`` changes the response, a
``DeliveryFault`` changes how it is sent. All faults that match a request apply in order; of the second kind only the
first applies::

    FaultySite(season, faults=[
        Fault("p=session_list", too_many_requests(retry_after="2"), times=1),
        Fault("id=700107", Cut(60)),
        Fault("p=view_session", Delay(0.2)),
    ])
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol, runtime_checkable

from scraper.sample_site.responses import PLAIN, Response, page, respond
from scraper.sample_site.season import Season
from scraper.sample_site.server import Deliver, SampleSite, Visit


class Wire(Protocol):
    """The connection of one request; see ``scraper.sample_site.connections.Connection``."""

    def send(self, part: bytes) -> None: ...
    def send_last(self, part: bytes, *, keep_open: bool) -> None: ...
    def reset(self) -> None: ...
    def wait(self, seconds: float) -> bool: ...
    def wait_for_hang_up(self) -> None: ...


@runtime_checkable
class PageFault(Protocol):
    """Changes the response."""

    def alter(self, response: Response, visit: Visit, /) -> Response:
        """The response to send in place of ``response``."""


@runtime_checkable
class DeliveryFault(Protocol):
    """Changes how a response is sent."""

    def deliver(self, response: Response, wire: Wire, /) -> None:
        """Send ``response`` over ``wire``, or a part of it."""


@dataclass(frozen=True)
class Fault:
    """``does`` happens to requests whose path and query match ``where``, a regular expression, at any position.

    With ``times`` it happens to so many first visits of each page only.
    """

    where: str
    does: PageFault | DeliveryFault
    times: int | None = None

    def fits(self, visit: Visit) -> bool:
        """Whether this fault happens to this request."""
        return bool(self._pattern.search(visit.target)) and (self.times is None or visit.visits_before < self.times)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.where)


class FaultySite(SampleSite):
    """A sample site with faults; ``faults`` may be replaced at any time."""

    def __init__(self, season: Season, faults: Iterable[Fault] = (), port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__(season, port, host)
        self.faults = tuple(faults)

    def begin_anew(self, season: Season) -> None:
        """Serve a season without faults, to which no request was made."""
        with self._lock:
            self.season, self.faults = season, ()
            self._requests.clear()
            self._visits.clear()

    def handle(self, visit: Visit) -> tuple[Response, Deliver]:
        """The response and its delivery, with all faults that match."""
        faults = [fault.does for fault in self.faults if fault.fits(visit)]
        response, deliver = super().handle(visit)
        for fault in faults:
            if isinstance(fault, PageFault):
                response = fault.alter(response, visit)
        return response, next((fault.deliver for fault in faults if isinstance(fault, DeliveryFault)), deliver)


@dataclass(frozen=True)
class Answer:
    """Always this response."""

    response: Response

    def alter(self, _response: Response, _visit: Visit) -> Response:
        return self.response


@dataclass(frozen=True)
class Rewrite:
    """The page with changed text: without a column, with a duplicate row, with rubbish in a cell."""

    change: Callable[[str], str]

    def alter(self, response: Response, _visit: Visit) -> Response:
        return replace(response, body=self.change(response.body.decode()).encode())


@dataclass(frozen=True)
class FromSeason:
    """The page of another season, such as the season before or after an edit."""

    season: Season

    def alter(self, _response: Response, visit: Visit) -> Response:
        return respond(self.season, visit.target, visit.number)


@dataclass(frozen=True)
class OtherDate:
    """The list or the month of another date than requested."""

    date: date

    def alter(self, _response: Response, visit: Visit) -> Response:
        shown = f"{self.date:%Y-%m}" if "p=calendar" in visit.target else f"{self.date:%Y-%m-%d}"
        return respond(visit.season, re.sub(r"(?<=[?&]d=)[^&]*", shown, visit.target), visit.number)


@dataclass(frozen=True)
class Delay:
    """The response after some seconds."""

    seconds: float

    def alter(self, response: Response, visit: Visit) -> Response:
        visit.wait(self.seconds)
        return response


def status(code: int, **headers: str) -> Answer:
    """A short error page with this status; headers by name, underscores for hyphens."""
    title = f"{code} Error"
    return Answer(page(f"<html><head><title>{title}</title></head><body>{title}</body></html>\n", code, **headers))


def too_many_requests(retry_after: str, code: int = 429) -> Answer:
    """429, or 503, with ``Retry-After``: seconds, an HTTP date, or rubbish."""
    return status(code, Retry_After=retry_after)


def redirect(location: str, code: int = 302) -> Answer:
    """A redirect to ``location``."""
    return Answer(page("", code, Location=location))


def bot_check(code: int = 200) -> Answer:
    """A bot check with any status."""
    return Answer(page(_BOT_CHECK, code))


def robots(text: str) -> Answer:
    """Another robots.txt."""
    return Answer(page(text, content_type=PLAIN))


EMPTY_BODY = Answer(page(""))

_BOT_CHECK = """<!DOCTYPE html>
<html lang="en-US"><head><title>Just a moment...</title><meta name="robots" content="noindex,nofollow"></head>
<body><div class="main-wrapper"><h2>Checking that you are not a robot</h2></div>
<script>window._cf_chl_opt={cType:'managed'};</script><script src="/cdn-cgi/challenge-platform/orchestrate.js"></script>
</body></html>
"""


@dataclass(frozen=True)
class NeverAnswer:
    """No response at all to an accepted request."""

    def deliver(self, _response: Response, wire: Wire) -> None:
        wire.wait_for_hang_up()
        wire.send_last(b"", keep_open=False)


@dataclass(frozen=True)
class Drip:
    """The body in small pieces with a pause before each."""

    pause: float
    piece: int = 1

    def deliver(self, response: Response, wire: Wire) -> None:
        wire.send(response.head(Content_Length=str(len(response.body)), Connection="close"))
        for start in range(0, len(response.body), self.piece):
            wire.wait(self.pause)
            wire.send(response.body[start : start + self.piece])
        wire.send_last(b"", keep_open=False)


@dataclass(frozen=True)
class Cut:
    """The first ``percent`` of the body, then an orderly close.

    With ``admitted``, ``Content-Length`` is the number of bytes sent, so that only the text shows what is missing.
    """

    percent: float
    admitted: bool = False

    def deliver(self, response: Response, wire: Wire) -> None:
        sent = _first(self.percent, response.body)
        declared = len(sent) if self.admitted else len(response.body)
        wire.send_last(response.head(Content_Length=str(declared), Connection="close") + sent, keep_open=False)


@dataclass(frozen=True)
class Reset:
    """The first ``percent`` of the body, then a TCP reset."""

    percent: float = 50

    def deliver(self, response: Response, wire: Wire) -> None:
        wire.send(response.head(Content_Length=str(len(response.body))) + _first(self.percent, response.body))
        wire.reset()


@dataclass(frozen=True)
class WrongContentLength:
    """The whole body with a ``Content-Length`` that is ``by`` bytes too long, or too short when negative."""

    by: int

    def deliver(self, response: Response, wire: Wire) -> None:
        declared = max(0, len(response.body) + self.by)
        wire.send_last(response.head(Content_Length=str(declared), Connection="close") + response.body, keep_open=False)


@dataclass(frozen=True)
class BrokenChunks:
    """A chunked body whose second chunk is announced but not sent."""

    percent: float = 50

    def deliver(self, response: Response, wire: Wire) -> None:
        sent = _first(self.percent, response.body)
        chunks = b"%x\r\n%b\r\n%x\r\n" % (len(sent), sent, max(1, len(response.body) - len(sent)))
        wire.send_last(response.head(Transfer_Encoding="chunked", Connection="close") + chunks, keep_open=False)


def _first(percent: float, body: bytes) -> bytes:
    return body[: int(len(body) * percent / 100)]
