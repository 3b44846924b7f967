"""First crawls by both checkouts without a delay: requests, page objects and raw rows together."""

from collections.abc import Iterator

from bench.comparison.sides import OTHER, THIS, Cost, both_sides, costs_line
from bench.measuring import alternating_orders
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite

_SESSIONS_PER_DAY = 40


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield one line: the crawler stores every page of several days, and the server writes the raw rows."""
    season = Season.generate(
        tracks=1, days=max(1, settings.pages // _SESSIONS_PER_DAY), sessions_per_day=_SESSIONS_PER_DAY
    )
    days = list(season.days())
    costs: dict[str, list[Cost]] = {THIS: [], OTHER: []}
    with both_sides(scratch, settings) as sides, SampleSite(season) as site:
        for number, order in enumerate(alternating_orders([THIS, OTHER], settings.rounds)):
            for name in order:
                cost = sides[name].cost(
                    "crawl",
                    sides[name].database(f"crawl_{number}"),
                    TRACK=days[0].track.slug,
                    FROM=f"{days[0].date}",
                    TO=f"{days[-1].date}",
                    LIVERC_BASE_URL=site.base_url,
                    CRAWL_DELAY="0",
                )
                costs[name].append(cost)
        pages = len(site.requests) // (2 * settings.rounds)
    yield costs_line(f"crawl and raw rows of {pages:,} pages", costs)
