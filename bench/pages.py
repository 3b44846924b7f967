"""Page objects in pages per second, against BeautifulSoup for the same fields and against lxml's parser alone."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html

from bench.competitors import soup_pages
from bench.measuring import alternate
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line, Target
from scraper.pages import DayListPage, MonthPage, SessionPage
from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season

_SESSION_PAGES = 300

Reader = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """Pages of one kind, each with our reader for this page, and the BeautifulSoup reader for the kind."""

    name: str
    pages: list[tuple[str, Reader]]
    by_soup: Reader


def kinds(season: Season) -> Iterator[Kind]:
    """Yield all month and list pages of the season, and some of its session pages."""
    days = list(season.days())
    months = sorted({(day.track.slug, day.date.replace(day=1)) for day in days})
    yield Kind(
        "month",
        [(render_month(season, slug, month), _month_reader(f"{month:%Y-%m}")) for slug, month in months],
        soup_pages.month,
    )
    yield Kind(
        "day list",
        [(render_list(season, day.track.slug, day.date), _list_reader(day.date.isoformat())) for day in days],
        soup_pages.day_list,
    )
    sessions = [(day.track.slug, session.session_id) for day in days for session in day.sessions]
    yield Kind(
        "session",
        [(render_session(season, slug, number), read_session) for slug, number in sessions[:_SESSION_PAGES]],
        soup_pages.session,
    )


def measure(_: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield a line per kind of page."""
    for kind in kinds(Season.generate()):
        timings = alternate(
            {
                "ours": lambda kind=kind: [read(html) for html, read in kind.pages],  # type: ignore[misc]
                "soup": lambda kind=kind: [kind.by_soup(html) for html, _ in kind.pages],  # type: ignore[misc]
                "floor": lambda kind=kind: [lxml_html.document_fromstring(html) for html, _ in kind.pages],  # type: ignore[misc]
            },
            settings.rounds,
            clock=time.process_time,
        )
        rates = {name: len(kind.pages) / timings.median(name) for name in timings.seconds}
        times_soup, parse = timings.ratio("soup", to="ours"), timings.ratio("floor", to="ours")
        why_missed = (
            f"the parser takes {parse:.0%} of our time; Python code that reads and checks each cell takes the rest"
        )
        yield Line(
            f"page objects: {kind.name}, {sum(len(html) for html, _ in kind.pages) // len(kind.pages):,} characters",
            f"{rates['ours']:,.0f} pages/s",
            f"BeautifulSoup, html.parser: {rates['soup']:,.0f}/s; lxml's parser alone: {rates['floor']:,.0f}/s",
            f"{times_soup:.1f} × BeautifulSoup; {parse:.2f} of the parser's speed",
            [Target(times_soup, 20, "≥ 20 × BeautifulSoup", why_missed)],
        )


def read_session(html: str) -> dict[str, Any]:
    """Return the payload that our page object reads from a session page."""
    return SessionPage(html).payload()


def _month_reader(month: str) -> Reader:
    return lambda html: MonthPage(html, month=month).payload()


def _list_reader(day: str) -> Reader:
    return lambda html: DayListPage(html, date=day).payload()
