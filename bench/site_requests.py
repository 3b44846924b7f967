"""Requests and bytes of a crawl, against all pages of the requested days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CalledProcessError

from bench.commands import THIS_CHECKOUT, Checkout, run
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line, Target
from scraper.database.connection import Database
from scraper.sample_site.practice import Day
from scraper.sample_site.responses import Response, respond
from scraper.sample_site.season import Season
from scraper.sample_site.server import Deliver, SampleSite, Visit

_WHY_MORE = "pages are requested that cannot have changed, or that could not be read lately"
# Three unreadable pages in a row end the requests; so many more may be on their way, with the default concurrency.
_MOST_UNREADABLE = 3 + 3
_ROBOTS = "/robots.txt"


@dataclass(frozen=True)
class Traffic:
    """The requests of one crawl, without robots.txt, and the bytes of their pages."""

    requests: int
    bytes: int

    def __str__(self) -> str:
        pages = "1 request" if self.requests == 1 else f"{self.requests:,} requests"
        return f"{pages}, {self.bytes / 1000:,.0f} kB"


@dataclass(frozen=True)
class Occasion:
    """A crawl of the same day or month in a given state of the raw tables."""

    name: str
    crawled: Traffic
    all_pages: Traffic
    """All pages of the requested days, as they are now."""
    most_requests: int


class ChangedSite(SampleSite):
    """A sample site whose session pages have another layout than the page object knows."""

    def handle(self, visit: Visit) -> tuple[Response, Deliver]:
        """Return the page without one of its landmarks."""
        response, deliver = super().handle(visit)
        if "p=view_session" in visit.target:
            response = replace(response, body=response.body.replace(b"Num Laps", b"Laps"))
        return response, deliver


@dataclass(frozen=True)
class Crawls:
    """Crawls of one site into one database."""

    site: SampleSite
    database: Database
    folder: Path
    checkout: Checkout = THIS_CHECKOUT

    def crawl(self, **arguments: str) -> Traffic:
        """Crawl, and count the requests that the site received."""
        before = len(self.site.requests)
        settings = {"LIVERC_BASE_URL": self.site.base_url, "CRAWL_DELAY": "0", **arguments}
        run("crawl", self.database, self.folder, self.checkout, **settings)
        return self.count([request.path for request in self.site.requests[before:]])

    def crawl_unreadable(self, **arguments: str) -> Traffic:
        """Crawl likewise; status 1 says that a page kind cannot be read any more."""
        before = len(self.site.requests)
        try:
            return self.crawl(**arguments)
        except CalledProcessError as problem:
            if problem.returncode != 1:
                raise
        return self.count([request.path for request in self.site.requests[before:]])

    def count(self, paths: Sequence[str]) -> Traffic:
        """Count the pages at these paths, and their bytes as they are now."""
        pages = [path for path in paths if path != _ROBOTS]
        return Traffic(len(pages), sum(len(respond(self.site.season, path, visit=1).body) for path in pages))


def measure(scratch: Scratch, _: Settings) -> Iterator[Line]:
    """Yield a line per occasion."""
    databases = scratch.database("requests"), scratch.database("unreadable")
    for occasion in (*occasions(databases[0], scratch.folder), broken_layout(databases[1], scratch.folder)):
        limit = occasion.most_requests
        yield Line(
            f"requests and bytes: {occasion.name}",
            str(occasion.crawled),
            f"all pages: {occasion.all_pages}",
            f"{occasion.crawled.requests / occasion.all_pages.requests:.1%}",
            [Target(occasion.crawled.requests, limit, f"≤ {limit}", _WHY_MORE, is_ceiling=True)],
        )


def occasions(database: Database, folder: Path, checkout: Checkout = THIS_CHECKOUT) -> Iterator[Occasion]:
    """Crawl a day, also again and after an edit, then its month, also again and after a late upload of another day."""
    season = Season.generate(tracks=1, days=8, sessions_per_day=40)
    day = list(season.days())[-1]
    with SampleSite(season) as site:
        crawls = Crawls(site, database, folder, checkout)
        one_day = {"TRACK": day.track.slug, "DATE": f"{day.date}"}
        month = {"TRACK": day.track.slug, "FROM": f"{day.date:%Y-%m}-01", "TO": f"{day.date}"}
        of_day = crawls.count(day_pages([day]))
        yield Occasion("first crawl of a day", crawls.crawl(**one_day), of_day, of_day.requests)
        yield Occasion("the same day again", crawls.crawl(**one_day), of_day, 1)
        edited = replace(day.sessions[0], lap_times_ms=(*day.sessions[0].lap_times_ms, 31_000))
        site.season = complete = season.replaced(edited)
        yield Occasion("the day after an edit of one session", crawls.crawl(**one_day), of_day, 2)
        days = [each for each in complete.days() if each.date.replace(day=1) == day.date.replace(day=1)]
        late, *others = days
        for session in late.sessions:
            site.season = site.season.without(session.session_id)
        of_month = crawls.count([month_page(day), *day_pages(others)])
        new_pages = of_month.requests - of_day.requests
        yield Occasion("first crawl of its month", crawls.crawl(**month), of_month, new_pages)
        yield Occasion("the month again, unchanged", crawls.crawl(**month), of_month, 1)
        site.season = complete
        of_month, of_late_day = crawls.count([month_page(day), *day_pages(days)]), 1 + len(day_pages([late]))
        yield Occasion("the month after one day was uploaded late", crawls.crawl(**month), of_month, of_late_day)
        yield Occasion("the month again after the late upload", crawls.crawl(**month), of_month, 1)


def broken_layout(database: Database, folder: Path, sessions: int = 40) -> Occasion:
    """Crawl a day three times in short order while its session pages cannot be read."""
    season = Season.generate(tracks=1, days=2, sessions_per_day=sessions)
    day = list(season.days())[-1]
    with ChangedSite(season) as site:
        crawls = Crawls(site, database, folder)
        one_day = {"TRACK": day.track.slug, "FROM": f"{day.date}", "TO": f"{day.date}"}
        three = [crawls.crawl_unreadable(**one_day) for _ in range(3)]
        of_day = crawls.count([month_page(day), *day_pages([day])])
    crawled = Traffic(sum(each.requests for each in three), sum(each.bytes for each in three))
    most = 3 + 1 + _MOST_UNREADABLE  # three month pages, one list
    return Occasion("three crawls of a day whose session pages cannot be read", crawled, of_day, most)


def month_page(day: Day) -> str:
    """Return the path of the day's month page."""
    return f"/{day.track.slug}/practice/?p=calendar&d={day.date:%Y-%m}"


def day_pages(days: Sequence[Day]) -> list[str]:
    """Return the paths of the list and session pages of these days."""
    lists = [f"/{day.track.slug}/practice/?p=session_list&d={day.date}" for day in days]
    sessions = [
        f"/{day.track.slug}/practice/?p=view_session&id={session.session_id}"
        for day in days
        for session in day.sessions
    ]
    return lists + sessions
