"""The page of a large day: the first answer, and 50 readers at once while another day is imported."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

import httpx

from bench.commands import environment_of, run
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line, Target
from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite

SESSIONS = 300
READERS = 50
_PAGES_OF_A_READER = 20
_MOST_MILLISECONDS = 100
_DELAY = "0.05"
"""CRAWL_DELAY of the import, which has to take longer than the readers."""


@dataclass(frozen=True)
class Read:
    """One answer: its milliseconds, and whether it was the whole page."""

    milliseconds: float
    is_whole: bool


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield a line for the first answer of each of some days, and one for many readers of one day."""
    season = Season.generate(tracks=1, days=settings.rounds + 2, sessions_per_day=SESSIONS)
    database = scratch.database("readers")
    warm_up, *days, imported = season.days()
    with SampleSite(season) as site:
        first, last = warm_up.date.isoformat(), days[-1].date.isoformat()
        run(
            "crawl",
            database,
            scratch.folder,
            LIVERC_BASE_URL=site.base_url,
            CRAWL_DELAY="0",
            TRACK=warm_up.track.slug,
            FROM=first,
            TO=last,
        )
        run("transform", database, scratch.folder)
        with _service(database, scratch, site) as address, httpx.Client(base_url=address, timeout=60) as client:
            _read(client, _path(warm_up))  # compiles the templates
            once = [_read(client, _path(day)) for day in days]
            again = [_read(client, _path(days[0])) for _ in range(_PAGES_OF_A_READER)]
            milliseconds, alone = (median(read.milliseconds for read in reads) for reads in (once, again))
            yield Line(
                f"the page of a day of about {SESSIONS} sessions, the first time",
                f"{milliseconds:.0f} ms",
                f"again: {alone:.0f} ms",
                f"{milliseconds / alone:.1f} ×",
                [Target(milliseconds, _MOST_MILLISECONDS, f"≤ {_MOST_MILLISECONDS} ms", is_ceiling=True)],
            )
            yield _many_readers(client, days[0], imported, alone)


def _many_readers(client: httpx.Client, day: Day, imported: Day, alone: float) -> Line:
    job = _import(client, imported)
    with ThreadPoolExecutor(READERS) as readers:
        pages = [readers.submit(_reader, str(client.base_url), day) for _ in range(READERS)]
        reads = [read for each in pages for read in each.result()]
    if client.get(job).json()["state"] not in ("queued", "running"):
        raise ValueError("the import ended before the readers: give BENCH_ROUNDS a smaller number")
    client.delete(job)
    errors = sum(not read.is_whole for read in reads)
    cuts = quantiles([read.milliseconds for read in reads], n=100)
    return Line(
        f"{READERS} readers of that page at once while a day is imported, {len(reads)} pages",
        f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms, {errors} errors",
        f"one reader: {alone:.0f} ms",
        f"p99 {cuts[98] / alone:.0f} ×",
        [Target(errors, 0, "no error", is_ceiling=True)],
    )


def _reader(address: str, day: Day) -> list[Read]:
    with httpx.Client(base_url=address, timeout=60) as client:
        return [_read(client, _path(day)) for _ in range(_PAGES_OF_A_READER)]


def _read(client: httpx.Client, path: str) -> Read:
    started = time.perf_counter()
    try:
        response = client.get(path)
    except httpx.HTTPError:
        return Read((time.perf_counter() - started) * 1000, is_whole=False)
    is_whole = response.status_code == 200 and response.text.endswith("</html>")
    return Read((time.perf_counter() - started) * 1000, is_whole)


def _import(client: httpx.Client, day: Day) -> str:
    """Ask for a day, wait until its pages arrive, and return the path of its job."""
    asked = {"track_slug": day.track.slug, "date": day.date.isoformat()}
    response = client.post("/api/v1/practice-days/ingest", json=asked, headers={"Prefer": "respond-async"})
    job = response.raise_for_status().headers["location"]
    while client.get(job).json()["progress"]["pages_done"] == 0:
        time.sleep(0.1)
    return str(job)


def _path(day: Day) -> str:
    return f"/tracks/{day.track.slug}/{day.date}"


@contextmanager
def _service(database: Database, scratch: Scratch, site: SampleSite) -> Iterator[str]:
    settings = {
        "LIVERC_BASE_URL": site.base_url,
        "CRAWL_DELAY": _DELAY,
        "SERVE_PORT": "0",
        "SERVE_RATE": "1000000/minute",
    }
    arguments = [sys.executable, "-m", "service", "serve"]
    environment = environment_of(database, scratch.folder, settings)
    with (
        (scratch.folder / "service.log").open("w") as log,
        subprocess.Popen(
            arguments, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
