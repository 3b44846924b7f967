"""Page objects of both checkouts, on the pages of the sample season."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.commands import Checkout
from bench.comparison import read_pages
from bench.comparison.sides import OTHER, THIS, both_sides, ratio_line
from bench.measuring import Timings, alternating_orders
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line
from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield a line per kind of page."""
    file = scratch.folder / "pages.jsonl"
    file.write_text("\n".join(map(json.dumps, season_pages(Season.generate(), settings.pages))), encoding="utf-8")
    seconds: dict[str, dict[str, list[float]]] = {}
    with both_sides(scratch, settings) as sides:
        for order in alternating_orders([THIS, OTHER], settings.rounds):
            for name in order:
                for kind, spent in read_seconds(sides[name].checkout, file).items():
                    seconds.setdefault(kind, {}).setdefault(name, []).append(spent)
    for kind, by_side in seconds.items():
        timings = Timings(by_side)
        this, other = (f"{timings.median(name):.3f} s" for name in (THIS, OTHER))
        yield ratio_line(f"2,000 {kind} pages read by page objects", this, other, timings.ratio(THIS, to=OTHER))


def season_pages(season: Season, sessions: int) -> Iterator[dict[str, str]]:
    """Yield all month and list pages of the season, and the pages of its first sessions."""
    days = list(season.days())
    for slug, month in sorted({(day.track.slug, day.date.replace(day=1)) for day in days}):
        yield {"kind": "month", "key": f"{month:%Y-%m}", "html": render_month(season, slug, month)}
    for day in days:
        yield {"kind": "list", "key": f"{day.date}", "html": render_list(season, day.track.slug, day.date)}
    for slug, number in [(day.track.slug, each.session_id) for day in days for each in day.sessions][:sessions]:
        yield {"kind": "session", "key": str(number), "html": render_session(season, slug, number)}


def read_seconds(checkout: Checkout, file: Path) -> dict[str, float]:
    """Return the processor seconds that the checkout spends on each kind of page."""
    process = subprocess.run(
        [str(checkout.python), "-P", read_pages.__file__, str(file)],
        cwd=checkout.folder,
        env={**os.environ, "PYTHONPATH": str(checkout.folder)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(process.stdout))
