"""The worker of a range is killed within and between months; the range goes on, and ends with the right figures."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from service.jobs.requests import RangeRequest
from tests.reliability.service_moments import MOMENTS, REPEATED, Moment, at
from tests.reliability.service_trial import StartService, Statement, Trial
from tests.support.soak_table import Tally, trials


def in_next_month(moment: Moment) -> Moment:
    """Return a moment of a range when its first month is done."""

    @contextmanager
    def stand(trial: Trial, ask: Callable[[], object], sessions: int) -> Iterator[None]:
        with ExitStack() as first_month:
            first_month.enter_context(at(trial, Statement.GO_ON, ask))
            with moment(trial, first_month.close, sessions):
                yield

    return stand


MOMENTS_OF_A_RANGE: dict[str, Moment] = {
    "crawl": MOMENTS["crawl"],
    "merge": MOMENTS["merge"],
    "end of a month": lambda trial, ask, _: at(trial, Statement.GO_ON, ask),
    "begin of the next month": in_next_month(MOMENTS["queued"]),
    "merge of the next month": in_next_month(MOMENTS["merge"]),
}


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


def test_a_range_goes_on_when_its_worker_is_killed(start_service: StartService, tally: Tally) -> None:
    tally.promise = "ranges that end wrong, or pages and jobs done twice, when the worker is killed"
    moments = [*MOMENTS_OF_A_RANGE.items()] * trials(quick=1, full=2)
    # The two days of a track are five weekends apart.
    season = Season.generate(tracks=15, days=30, sessions_per_day=4)
    with start_service(season) as trial:
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
            trial.count_kill(tally, days, since, **REPEATED.get(moment, {}))
        trial.count_ends(tally, most_jobs=tally.trials)
