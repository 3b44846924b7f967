"""Commands on one practice day, where the start of the process and its imports cost most."""

from collections.abc import Iterator

from bench.comparison.sides import OTHER, THIS, Cost, both_sides, costs_line
from bench.measuring import alternating_orders
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite

_REPEATS = {"migrate": 10, "crawl": 3, "transform": 1, "export": 5, "report": 5}
"""Commands, and how often each side runs them in a round, alternately: the shorter, the more often."""


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield a line per command."""
    season = Season.generate(tracks=1, days=1, sessions_per_day=5)
    (day,) = season.days()
    one_day = {"TRACK": day.track.slug, "DATE": f"{day.date}"}
    costs: dict[str, dict[str, list[Cost]]] = {command: {THIS: [], OTHER: []} for command in _REPEATS}
    with both_sides(scratch, settings) as sides, SampleSite(season) as site:
        databases = {name: side.database("commands") for name, side in sides.items()}
        for name, side in sides.items():
            side.cost("transform", databases[name])  # dbt parses the project
        for order in alternating_orders([THIS, OTHER], settings.rounds):
            for command, repeats in _REPEATS.items():
                for name in order * repeats:
                    folder = sides[name].scratch.folder
                    arguments = {
                        "migrate": {},
                        "crawl": {**one_day, "REFRESH": "1", "LIVERC_BASE_URL": site.base_url, "CRAWL_DELAY": "0"},
                        "transform": {"FULL": "1"},
                        "export": {"FULL": "1", "EXPORT_FOLDER": str(folder / "exports")},
                        "report": {**one_day, "OUT": str(folder / "report.html")},
                    }
                    cost = sides[name].cost(command, databases[name], **arguments[command])
                    costs[command][name].append(cost)
    for command in _REPEATS:
        yield costs_line(f"{command} of one day with {len(day.sessions)} sessions", costs[command])
