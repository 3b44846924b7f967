"""A day that is asked for at the service: from the last page stored to `completed`, on a warm worker."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from statistics import median
from typing import Self

from bench.commands import environment_of, run
from bench.scratch import Scratch
from bench.settings import Settings
from bench.table import Line, Target
from scraper.config import REPOSITORY
from scraper.database.connection import Database
from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from service.jobs import store
from service.jobs.queue import connect
from service.jobs.requests import DayRequest

SESSIONS = 56
MOST_OF_COLD = 0.4
_SECONDS_BETWEEN_LOOKS = 0.02
_WHY_MISSED = "dbt's own time for each model and test counts, also when it has parsed the project before"

_TIMES = """
select
    (crawls.ended_at - pages.last_stored_at) as crawl_ends,
    (transforms.started_at - crawls.ended_at) as transform_begins,
    (transforms.ended_at - transforms.started_at) as transform,
    (jobs.ended_at - transforms.ended_at) as job_ends
from jobs.jobs as jobs
cross join lateral (select max(fetched_at) as last_stored_at from raw.practice_sessions) as pages
cross join lateral (select ended_at from raw.crawls order by crawl_id desc limit 1) as crawls
cross join lateral (select * from intermediate.transforms order by ended_at desc limit 1) as transforms
where jobs.id = %s
"""


@dataclass(frozen=True)
class Steps:
    """Seconds of the steps from the last page stored to the end of the job."""

    crawl_ends: float
    transform_begins: float
    transform: float
    job_ends: float

    @property
    def total(self) -> float:
        """The sum."""
        return self.crawl_ends + self.transform_begins + self.transform + self.job_ends

    @classmethod
    def median_of(cls, all_steps: Sequence[Self]) -> Self:
        """Return the median of each step."""
        return cls(*(median(getattr(steps, step.name) for steps in all_steps) for step in fields(cls)))


def measure(scratch: Scratch, settings: Settings) -> Iterator[Line]:
    """Yield one line: a warm worker against the command, on days of the same size, in turn."""
    season = Season.generate(tracks=1, days=2 * (settings.rounds + 1), sessions_per_day=SESSIONS)
    database, days = scratch.database("service"), iter(season.days())
    with SampleSite(season) as site, _worker(database, scratch, site):
        # The first day makes all tables and views, and is not measured.
        _ask(database, next(days))
        cold, warm = [], []
        for _ in range(settings.rounds):
            cold.append(_cold(database, scratch, site, next(days)))
            warm.append(_ask(database, next(days)))
    steps, command = Steps.median_of(warm), median(cold)
    yield Line(
        f"a day of about {SESSIONS} sessions, from the last page stored to completed",
        f"{steps.total:.2f} s: crawl ends {steps.crawl_ends:.2f}, transform begins {steps.transform_begins:.2f}, "
        f"transform {steps.transform:.2f}, job ends {steps.job_ends:.2f}",
        f"make transform: {command:.2f} s",
        f"{steps.total / command:.2f} ×",
        [
            Target(
                steps.total / command, MOST_OF_COLD, f"≤ {MOST_OF_COLD} × make transform", _WHY_MISSED, is_ceiling=True
            )
        ],
    )


@contextmanager
def _worker(database: Database, scratch: Scratch, site: SampleSite) -> Iterator[None]:
    settings = {"LIVERC_BASE_URL": site.base_url, "CRAWL_DELAY": "0"}
    environment = environment_of(database, scratch.folder, settings)
    with (scratch.folder / "worker.log").open("w") as log:
        arguments = [sys.executable, "-m", "service", "worker"]
        process = subprocess.Popen(arguments, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def _ask(database: Database, day: Day) -> Steps:
    """Ask for a day, wait until it is completed, and return what that took. Raises ValueError if it is not."""
    with connect(database, "bench") as connection:
        job = store.enqueue(connection, DayRequest(day.track.slug, day.date))
        while not job.has_ended:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            job = store.get(connection, job.id)
    if job.result is None or job.result["status"] != "completed":
        raise ValueError(f"{day.date} is not completed: {job.problem}")
    with database.connect() as connection:
        (times,) = connection.execute(_TIMES, [job.id]).fetchall()
    return Steps(*(step.total_seconds() for step in times))


def _cold(database: Database, scratch: Scratch, site: SampleSite, day: Day) -> float:
    """Crawl a day, and return the seconds of `make transform`."""
    run(
        "crawl",
        database,
        scratch.folder,
        LIVERC_BASE_URL=site.base_url,
        CRAWL_DELAY="0",
        TRACK=day.track.slug,
        DATE=day.date.isoformat(),
    )
    return run("transform", database, scratch.folder).seconds
