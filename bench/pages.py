"""Page objects: how many pages a second, against BeautifulSoup for the same fields and lxml's bare parse."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html

from bench import soup_pages
from bench.measuring import in_turns
from bench.table import Line, Target
from scraper.pages import DayListPage, MonthPage, SessionPage
from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season

_SESSION_PAGES = 300

Reader = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """Pages of one kind, each with our reader of exactly this page, and BeautifulSoup's reader of the kind."""

    name: str
    pages: list[tuple[str, Reader]]
    by_soup: Reader


def kinds(season: Season) -> Iterator[Kind]:
    """All months and day lists of the season, and some of its session pages."""
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


def measure(rounds: int) -> Iterator[Line]:
    """A line per kind of page."""
    for kind in kinds(Season.generate()):
        timings = in_turns(
            {
                "ours": lambda kind=kind: [read(html) for html, read in kind.pages],  # type: ignore[misc]
                "soup": lambda kind=kind: [kind.by_soup(html) for html, _ in kind.pages],  # type: ignore[misc]
                "floor": lambda kind=kind: [lxml_html.document_fromstring(html) for html, _ in kind.pages],  # type: ignore[misc]
            },
            rounds,
            clock=time.process_time,
        )
        rates = {name: len(kind.pages) / timings.median(name) for name in timings.seconds}
        times_soup, parse = timings.ratio("soup", to="ours"), timings.ratio("floor", to="ours")
        why_missed = f"the parse is {parse:.0%} of our time, the rest is Python that reads and checks cell by cell"
        yield Line(
            f"page objects: {kind.name}, {sum(len(html) for html, _ in kind.pages) // len(kind.pages):,} characters",
            f"{rates['ours']:,.0f} pages/s",
            f"BeautifulSoup, html.parser: {rates['soup']:,.0f}/s; lxml's bare parse: {rates['floor']:,.0f}/s",
            f"{times_soup:.1f} × BeautifulSoup; {parse:.2f} of the bare parse's speed",
            [Target(times_soup, 20, "≥ 20 × BeautifulSoup", why_missed)],
        )


def read_session(html: str) -> dict[str, Any]:
    """Our reader of a session page."""
    return SessionPage(html).payload()


def _month_reader(month: str) -> Reader:
    return lambda html: MonthPage(html, month=month).payload()


def _list_reader(day: str) -> Reader:
    return lambda html: DayListPage(html, date=day).payload()
