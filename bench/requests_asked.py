"""What a crawl asks of the site: requests and bytes, against the pages that there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.commands import run
from bench.scratch import Scratch
from bench.table import Line, Target
from scraper.database.connection import Database
from scraper.sample_site.practice import Day
from scraper.sample_site.responses import answer
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite

_WHY_MORE = "day lists are read though the month page shows that nothing was added"
_ROBOTS = "/robots.txt"


@dataclass(frozen=True)
class Asked:
    """The requests of one crawl, robots.txt left out, and the bytes of the pages that answered them."""

    requests: int
    bytes: int

    def __str__(self) -> str:
        pages = "1 request" if self.requests == 1 else f"{self.requests:,} requests"
        return f"{pages}, {self.bytes / 1000:,.0f} kB"


@dataclass(frozen=True)
class Crawls:
    """Crawls of one site into one database."""

    site: SampleSite
    database: Database
    folder: Path

    def ask(self, **arguments: str) -> Asked:
        """Crawl, and count what the site was asked for."""
        before = len(self.site.requests)
        there = {"LIVERC_BASE_URL": self.site.base_url, "CRAWL_DELAY": "0"}
        run("crawl", self.database, self.folder, **there, **arguments)
        return self.count([request.path for request in self.site.requests[before:]])

    def count(self, paths: Sequence[str]) -> Asked:
        """The pages at these paths as they are now."""
        pages = [path for path in paths if path != _ROBOTS]
        return Asked(len(pages), sum(len(answer(self.site.season, path, visit=1).body) for path in pages))


def measure(scratch: Scratch) -> Iterator[Line]:
    """A line per occasion, each after the one before: a day, the same again, an edit, its month, the month again."""
    season = Season.generate(tracks=1, days=8, sessions_per_day=40)
    day = list(season.days())[-1]
    with SampleSite(season) as site:
        crawls = Crawls(site, scratch.database("requests"), scratch.folder)
        one_day = {"TRACK": day.track.slug, "DATE": f"{day.date}"}
        month = {"TRACK": day.track.slug, "FROM": f"{day.date:%Y-%m}-01", "TO": f"{day.date}"}
        pages_of_day = crawls.count(day_pages([day]))
        yield _line("a first day", crawls.ask(**one_day), pages_of_day, at_most=pages_of_day.requests)
        yield _line("the same day again", crawls.ask(**one_day), pages_of_day, at_most=1)
        edited = replace(day.sessions[0], lap_times_ms=(*day.sessions[0].lap_times_ms, 31_000))
        site.season = season.replaced(edited)
        yield _line("one session edited", crawls.ask(**one_day), pages_of_day, at_most=2)
        days = [each for each in site.season.days() if each.date.replace(day=1) == day.date.replace(day=1)]
        pages_of_month = crawls.count([month_page(day), *day_pages(days)])
        rest = pages_of_month.requests - pages_of_day.requests
        yield _line("its month for the first time", crawls.ask(**month), pages_of_month, at_most=rest)
        yield _line("the month again, unchanged", crawls.ask(**month), pages_of_month, at_most=1)


def _line(occasion: str, asked: Asked, there: Asked, at_most: int) -> Line:
    return Line(
        f"requests and bytes: {occasion}",
        str(asked),
        f"pages that there are: {there}",
        f"{asked.requests / there.requests:.1%}",
        [Target(asked.requests, at_most, f"≤ {at_most}", _WHY_MORE, is_ceiling=True)],
    )


def month_page(day: Day) -> str:
    """The path of the day's month page."""
    return f"/{day.track.slug}/practice/?p=calendar&d={day.date:%Y-%m}"


def day_pages(days: Sequence[Day]) -> list[str]:
    """The paths of the list and session pages of these days."""
    lists = [f"/{day.track.slug}/practice/?p=session_list&d={day.date}" for day in days]
    sessions = [
        f"/{day.track.slug}/practice/?p=view_session&id={session.session_id}"
        for day in days
        for session in day.sessions
    ]
    return lists + sessions
