"""The web server is killed, alone or with the worker, while a client waits for a day; the client asks again."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from tests.reliability.service_moments import MOMENTS, REPEATED
from tests.reliability.service_trial import StartService, Trial
from tests.service.jobs.test_days import expected_result
from tests.support.soak_table import Tally, trials
from tests.support.waiting import LONGEST_SECONDS


def ingest(url: str, day: Day, **headers: str) -> tuple[int, Any]:
    """Ask a web server for a day, and return status and answer."""
    asked = {"track_slug": day.track.slug, "date": day.date.isoformat()}
    answer = httpx.post(f"{url}/api/v1/practice-days/ingest", json=asked, headers=headers, timeout=None)
    return answer.status_code, answer.json()


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


@pytest.mark.parametrize("program", ["web", "serve"])
def test_a_client_asks_again_when_the_web_server_is_killed(
    program: str, start_service: StartService, tally: Tally
) -> None:
    tally.promise = "jobs that end wrong, or pages and jobs done twice, when the web server is killed"
    moments = ["crawl", "merge"] * trials(quick=1, full=3)
    season = Season.generate(tracks=1, days=len(moments), sessions_per_day=6)
    with start_service(season) as trial, ThreadPoolExecutor(1) as pool:
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
            trial.count_kill(tally, [day], since, **most | {"lists": most.get("lists", 0) + 1})
        trial.count_ends(tally, most_jobs=2 * tally.trials)
