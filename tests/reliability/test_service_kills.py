"""The service is killed at observed moments of a job; the job ends with the right figures, once, and without hands."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from service.jobs.requests import DayRequest, RangeRequest
from tests.reliability.service_trial import MOMENTS, REPEATED, Moment, Statement, Trial, ingest, new_trial
from tests.service.jobs.test_days import expected_result
from tests.support.soak_table import Tally, trials
from tests.support.waiting import LONGEST_SECONDS

ROUNDS = trials(quick=1, full=3)
PROMISE = "jobs that end wrong, or pages and jobs done twice, when a part of the service is killed"

Kill = Callable[[Trial], None]
PARTS: dict[str, list[tuple[str, Kill]]] = {
    "worker": [(moment, Trial.kill_worker) for moment in MOMENTS],
    "PostgreSQL": [(moment, Trial.kill_server) for moment in MOMENTS],
    "child": [
        ("crawl", lambda trial: trial.kill_child("crawl")),
        ("merge", lambda trial: trial.kill_child("transform")),
    ],
}
"""Which part is killed in which moments, and how."""


def in_next_month(moment: Moment) -> Moment:
    """Return a moment of a range when its first month is done."""

    @contextmanager
    def stand(trial: Trial, ask: Callable[[], object], sessions: int) -> Iterator[None]:
        with ExitStack() as first_month:
            first_month.enter_context(trial.at(Statement.GO_ON, ask))
            with moment(trial, first_month.close, sessions):
                yield

    return stand


MOMENTS_OF_A_RANGE: dict[str, Moment] = {
    "crawl": MOMENTS["crawl"],
    "merge": MOMENTS["merge"],
    "end of a month": lambda trial, ask, _: trial.at(Statement.GO_ON, ask),
    "begin of the next month": in_next_month(MOMENTS["queued"]),
    "merge of the next month": in_next_month(MOMENTS["merge"]),
}


@dataclass
class Client:
    """Somebody who asks a web server for a day, and waits for the answer."""

    pool: ThreadPoolExecutor
    url: str
    day: Day
    answer: Future[tuple[int, Any]] = field(init=False)

    def ask(self) -> None:
        """Ask in a thread."""
        self.answer = self.pool.submit(ingest, self.url, self.day)


Start = Callable[[Season], AbstractContextManager[Trial]]


@pytest.fixture
def start(tmp_path: Path, postgres_programs: Path | None, dbt_artifacts: Path) -> Start:
    """Starts a service for a season."""
    return partial(new_trial, tmp_path, postgres_programs, dbt_artifacts)


def pages_asked(trial: Trial, since: int, kind: str) -> Counter[str]:
    """How often each page of a kind was requested."""
    return Counter(path for path in trial.service.crawler.asked(since) if f"p={kind}" in path)


def count(trial: Trial, days: Iterable[Day], since: int, tally: Tally, *, lists: int = 0, sessions: int = 0) -> None:
    """Count a kill, what it has lost of these days, and requests that are repeated more often than they may be."""
    for kind, most in (("calendar", lists), ("session_list", lists), ("view_session", sessions)):
        asked = pages_asked(trial, since, kind)
        tally.losses += max(0, asked.total() - len(asked) - most)
    tally.losses += trial.stored_wrong(days)
    tally.trials += 1
    tally.faults += 1


def count_all(trial: Trial, tally: Tally, most_jobs: int) -> None:
    """Count jobs that have not succeeded, jobs that nobody asked for, and rows that are not what the pages say."""
    states = [state for (state,) in trial.service.crawler.rows("select state from jobs.jobs")]
    tally.losses += sum(state != "succeeded" for state in states) + max(0, len(states) - most_jobs)
    tally.losses += trial.derived_wrong()


def expected_of_range(days: Sequence[Day]) -> dict[str, object]:
    """What the service answers about a range whose days are crawled completely."""
    laps = [len(session.lap_times_ms) for day in days for session in day.sessions]
    return {
        "status": "completed",
        "sessions_ingested": len(laps),
        "sessions_failed": 0,
        "sessions_with_laps": sum(count > 0 for count in laps),
        "sessions_detail_failed": 0,
        "laps_ingested": sum(laps),
        "pages_failed": 0,
        "pages_waiting": 0,
    }


@pytest.mark.parametrize("part", PARTS)
def test_a_day_ends_right_whatever_is_killed(part: str, start: Start, tally: Tally) -> None:
    tally.promise = PROMISE
    kinds = PARTS[part] * ROUNDS
    season = Season.generate(tracks=1, days=len(kinds), sessions_per_day=6)
    with start(season) as trial:
        trial.start()
        for (moment, kill), day in zip(kinds, season.days(), strict=True):
            since = len(trial.service.site.requests)
            ask = partial(trial.service.ask, DayRequest(day.track.slug, day.date))
            with MOMENTS[moment](trial, ask, len(day.sessions)):
                job = trial.newest_job()
                kill(trial)
            ended = trial.service.wait_for_end(job)
            tally.losses += (ended.state, ended.problem, ended.result) != ("succeeded", None, expected_result(day))
            count(trial, [day], since, tally, **REPEATED.get(moment, {}))
        count_all(trial, tally, most_jobs=tally.trials)


@pytest.mark.parametrize("program", ["web", "serve"])
def test_a_client_asks_again_when_the_web_server_is_killed(program: str, start: Start, tally: Tally) -> None:
    tally.promise = PROMISE
    moments = ["crawl", "merge"] * ROUNDS
    season = Season.generate(tracks=1, days=len(moments), sessions_per_day=6)
    with start(season) as trial, ThreadPoolExecutor(1) as pool:
        if program == "serve":
            trial.start, kill, repeated = trial.start_serving, Trial.kill_worker, REPEATED
        else:
            trial.start_web()
            kill, repeated = Trial.kill_web, {}
        trial.start()
        for moment, day in zip(moments, season.days(), strict=True):
            since = len(trial.service.site.requests)
            client = Client(pool, trial.url(), day)
            with MOMENTS[moment](trial, client.ask, len(day.sessions)):
                job = trial.newest_job()
                kill(trial)
                assert isinstance(client.answer.exception(LONGEST_SECONDS), httpx.TransportError)
                # The next server has the same job.
                status, accepted = ingest(trial.url(), day, Prefer="respond-async")
                tally.losses += (status, accepted["job_id"]) != (202, str(job.id))
            status, answer = ingest(trial.url(), day)
            tally.losses += (status, answer) != (200, expected_result(day) | {"problem": None})
            tally.losses += trial.service.job(job).result != expected_result(day)
            # If the job had ended, the last call has asked for another one, which reads the list again.
            most = repeated.get(moment, {})
            count(trial, [day], since, tally, **most | {"lists": most.get("lists", 0) + 1})
        count_all(trial, tally, most_jobs=2 * tally.trials)


def test_a_range_goes_on_when_its_worker_is_killed(start: Start, tally: Tally) -> None:
    tally.promise = PROMISE
    moments = [*MOMENTS_OF_A_RANGE.items()] * trials(quick=1, full=2)
    # The two days of a track are five weekends apart.
    season = Season.generate(tracks=15, days=30, sessions_per_day=4)
    with start(season) as trial:
        trial.start()
        for (moment, stand), track in zip(moments, season.tracks, strict=False):
            days = [season.day(track.slug, day) for day in season.dates(track.slug)]
            since = len(trial.service.site.requests)
            request = RangeRequest((track.slug,), days[0].date, days[-1].date)
            with stand(trial, partial(trial.service.ask, request), sum(len(day.sessions) for day in days)):
                job = trial.newest_job()
                trial.kill_worker()
            ended = trial.service.wait_for_end(job)
            tally.losses += (ended.state, ended.problem, ended.result) != ("succeeded", None, expected_of_range(days))
            count(trial, days, since, tally, **REPEATED.get(moment, {}))
        count_all(trial, tally, most_jobs=tally.trials)
