"""How the sample site misbehaves on request: which pages, how often, and in what way.

A ``Fault`` names pages by a regular expression over path and query, and what happens to them. Some ways change *what*
is answered (``PageFault``), others *how* it goes over the wire (``DeliveryFault``); all faults that fit a request apply
in order, of the second kind only the first::

    SampleSite(season, faults=[
        Fault("p=session_list", too_many_requests(retry_after="2"), times=1),
        Fault("id=700107", Cut(60)),
        Fault("p=view_session", Delay(0.2)),
    ])
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol, runtime_checkable

from scraper.sample_site.deliveries import DeliveryFault
from scraper.sample_site.responses import PLAIN, Response, answer, page
from scraper.sample_site.season import Season


class Visit(Protocol):
    """One request, as far as a ``PageFault`` may know it."""

    @property
    def season(self) -> Season:
        """What the site serves just now."""

    @property
    def target(self) -> str:
        """Path and query."""

    @property
    def number(self) -> int:
        """The running number of the request."""

    @property
    def wait(self) -> Callable[[float], None]:
        """Do nothing for so many seconds, or until the site is stopped."""


@runtime_checkable
class PageFault(Protocol):
    """A way to answer something else."""

    def alter(self, response: Response, visit: Visit, /) -> Response:
        """What to answer in place of ``response``."""


@dataclass(frozen=True)
class Fault:
    """``does`` happens to requests whose path and query contain ``where``, a regular expression.

    With ``times`` it happens to the first so many visits to each of these pages, then no more.
    """

    where: str
    does: PageFault | DeliveryFault
    times: int | None = None

    def fits(self, target: str, visits_before: int) -> bool:
        """Whether this fault happens to a page that has been visited so often before."""
        return bool(self._pattern.search(target)) and (self.times is None or visits_before < self.times)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.where)


@dataclass(frozen=True)
class Answer:
    """Exactly this response, whatever was asked for."""

    response: Response

    def alter(self, _response: Response, _visit: Visit) -> Response:
        return self.response


@dataclass(frozen=True)
class Rewrite:
    """The page with its text changed: a column dropped, a row doubled, rubbish in a cell."""

    change: Callable[[str], str]

    def alter(self, response: Response, _visit: Visit) -> Response:
        return replace(response, body=self.change(response.body.decode()).encode())


@dataclass(frozen=True)
class FromSeason:
    """The page as it stands in another season, such as this one before or after an edit."""

    season: Season

    def alter(self, _response: Response, visit: Visit) -> Response:
        return answer(self.season, visit.target, visit.number)


@dataclass(frozen=True)
class OtherDate:
    """The list, or the month, of another date than the one asked for."""

    date: date

    def alter(self, _response: Response, visit: Visit) -> Response:
        shown = f"{self.date:%Y-%m}" if "p=calendar" in visit.target else f"{self.date:%Y-%m-%d}"
        return answer(visit.season, re.sub(r"(?<=[?&]d=)[^&]*", shown, visit.target), visit.number)


@dataclass(frozen=True)
class Delay:
    """The answer, but only after some seconds."""

    seconds: float

    def alter(self, response: Response, visit: Visit) -> Response:
        visit.wait(self.seconds)
        return response


def status(code: int, **headers: str) -> Answer:
    """A short error page with this status; headers by name, underscores for hyphens."""
    title = f"{code} Error"
    return Answer(page(f"<html><head><title>{title}</title></head><body>{title}</body></html>\n", code, **headers))


def too_many_requests(retry_after: str, code: int = 429) -> Answer:
    """429, or 503, with ``Retry-After`` in seconds or as an HTTP date, or any rubbish."""
    return status(code, Retry_After=retry_after)


def redirect(location: str, code: int = 302) -> Answer:
    """A redirect to ``location``, to be followed or not."""
    return Answer(page("", code, Location=location))


def bot_check(code: int = 200) -> Answer:
    """A page that wants a human, with any status."""
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
