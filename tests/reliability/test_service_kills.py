"""The service is killed at observed moments of a day; the job ends with the right figures, once, and without hands."""

from collections.abc import Callable
from functools import partial

import pytest

from scraper.sample_site.season import Season
from service.jobs.requests import DayRequest
from tests.reliability.service_moments import MOMENTS, REPEATED
from tests.reliability.service_trial import StartService, Trial
from tests.service.jobs.test_days import expected_result
from tests.support.soak_table import Tally, trials

ROUNDS = trials(quick=1, full=3)

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


@pytest.mark.parametrize("part", PARTS)
def test_a_day_ends_right_whatever_is_killed(part: str, start_service: StartService, tally: Tally) -> None:
    tally.promise = "jobs that end wrong, or pages and jobs done twice, when a part of the service is killed"
    kinds = PARTS[part] * ROUNDS
    season = Season.generate(tracks=1, days=len(kinds), sessions_per_day=6)
    with start_service(season) as trial:
        trial.start()
        for (moment, kill), day in zip(kinds, season.days(), strict=True):
            since = len(trial.service.site.requests)
            ask = partial(trial.service.ask, DayRequest(day.track.slug, day.date))
            with MOMENTS[moment](trial, ask, len(day.sessions)):
                job = trial.newest_job()
                kill(trial)
            ended = trial.service.wait_for_end(job)
            tally.losses += (ended.state, ended.problem, ended.result) != ("succeeded", None, expected_result(day))
            trial.count_kill(tally, [day], since, **REPEATED.get(moment, {}))
        trial.count_ends(tally, most_jobs=tally.trials)
