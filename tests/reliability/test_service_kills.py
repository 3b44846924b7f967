"""The service is killed at observed moments of a job; the job ends with the right figures, once, and without hands."""

import os
import random
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from scraper.database.connection import open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from service.jobs.queue import connect
from service.jobs.requests import DayRequest
from service.jobs.store import Job
from tests.reliability.test_server_kills import kill
from tests.service.jobs.conftest import Service, Workplace, wait_for_children_to_end
from tests.service.jobs.test_days import expected_result
from tests.support.commands_runner import Commands
from tests.support.crawling import Crawler
from tests.support.databases import FORGETFUL
from tests.support.faults import Delay, Fault, FaultySite
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.soak_table import Tally, trials
from tests.support.waiting import wait_for, wait_for_row, wait_until_blocked_by

ROUNDS = trials(quick=1, full=5)
MOST_AT_ONCE = 3  # CRAWL_CONCURRENCY
STORED = "select count(*) from raw.practice_sessions"
VERSIONS = "select count(*) from raw.practice_sessions where session_id = any(%s)"
CHILD = "select application_name from pg_stat_activity where application_name like %s"


@dataclass
class Trial:
    """A service on a server that may be killed, and the job of this trial."""

    server: EmbeddedServer
    service: Service
    chance: random.Random
    job: Job = field(init=False)
    stored_before: int = 0

    def ask(self, day: Day) -> None:
        """Ask for the day of this trial."""
        self.job = self.service.ask(DayRequest(day.track.slug, day.date))

    def wait_until_crawled(self, day: Day) -> None:
        """Wait until some of the day's session pages are stored, but not all."""
        count = self.stored_before + self.chance.randint(1, max(1, len(day.sessions) // 2))
        wait_for(lambda: self.service.crawler.rows(STORED)[0][0] >= count, self.service.workers[-1])

    def kill_worker(self) -> None:
        """Kill the worker; a supervisor starts another."""
        self.service.workers[-1].kill()
        self.service.workers[-1].communicate()
        self.service.start_worker()

    def kill_child(self, name: str) -> None:
        """Kill the child that holds the lock of a crawl or of a transform."""
        with psycopg.connect(self.service.crawler.database.conninfo, autocommit=True) as observer:
            (found,) = wait_for_row(observer, CHILD, f"{name}, pid %", process=self.service.workers[-1])
        pid = re.search(r"pid (\d+)", found)
        assert pid is not None, found
        os.kill(int(pid[1]), signal.SIGKILL)

    def kill_server(self) -> None:
        """Kill PostgreSQL; its supervisor starts it again."""
        kill(self.server)
        self.server.start()
        self.service.connection.close()
        self.service.connection = connect(self.service.crawler.database, "test")


def in_crawl(do: Callable[[Trial], None]) -> Callable[[Trial, Day], None]:
    """Do something while the session pages of the day are requested."""

    def run(trial: Trial, day: Day) -> None:
        trial.ask(day)
        trial.wait_until_crawled(day)
        do(trial)

    return run


def in_transform(do: Callable[[Trial], None]) -> Callable[[Trial, Day], None]:
    """Do something while the transform stands in the midst of the merge into a table."""

    def run(trial: Trial, day: Day) -> None:
        table = sql.Identifier(trial.chance.choice(["races", "race_results", "laps"]))
        conninfo = trial.service.crawler.database.conninfo
        with (
            suppress(psycopg.OperationalError),  # the connections die with the server
            psycopg.connect(conninfo) as holder,
            psycopg.connect(conninfo, autocommit=True) as observer,
        ):
            holder.execute(sql.SQL("lock table racing.{} in share mode").format(table))
            trial.ask(day)
            wait_until_blocked_by(holder, observer, trial.service.workers[-1])
            do(trial)

    return run


KILLS = {
    "worker in a crawl": in_crawl(Trial.kill_worker),
    "worker in a transform": in_transform(Trial.kill_worker),
    "crawl": in_crawl(lambda trial: trial.kill_child("crawl")),
    "dbt": in_transform(lambda trial: trial.kill_child("transform")),
    "PostgreSQL in a crawl": in_crawl(Trial.kill_server),
    "PostgreSQL in a transform": in_transform(Trial.kill_server),
}
SEASON = Season.generate(tracks=1, days=len(KILLS) * ROUNDS, sessions_per_day=6)


@pytest.fixture
def trial(tmp_path: Path, postgres_programs: Path | None, dbt_artifacts: Any) -> Iterator[Trial]:
    """A service with a worker, on a server of its own."""
    server = EmbeddedServer(tmp_path / "postgres", postgres_programs, FORGETFUL)
    server.start()
    database = open_embedded(server, "practice_service_kills", "practice test")
    upgrade(database)
    with FaultySite(SEASON) as site:
        service = Service(Crawler(Commands(database, dbt_artifacts), site), connect(database, "test"), Workplace(site))
        # Slow enough that half of the pages are still to come at the kill.
        site.faults = (Fault("p=view_session", Delay(0.2)),)
        service.start_worker()
        yield Trial(server, service, random.Random(5))
        service.connection.close()
        for worker in service.workers:
            worker.kill()
            worker.communicate()
        wait_for_children_to_end(database)
    server.stop()


def test_a_job_ends_right_once_and_without_hands_whatever_is_killed(trial: Trial, tally: Tally) -> None:
    tally.promise = "jobs that end wrong, or pages and jobs done twice, when a part of the service is killed"
    service, crawler = trial.service, trial.service.crawler
    days = iter(SEASON.days())
    for run in [*KILLS.values()] * ROUNDS:
        day = next(days)
        asked_before = len(service.site.requests)
        trial.stored_before = crawler.rows(STORED)[0][0]
        run(trial, day)
        ended = service.wait_for_end(trial.job)
        tally.losses += (ended.state, ended.problem, ended.result) != ("succeeded", None, expected_result(day))
        # What was in flight at the kill is requested again, and nothing else.
        asked = [path for path in crawler.asked(asked_before) if "view_session" in path]
        tally.losses += max(0, len(asked) - len(day.sessions) - MOST_AT_ONCE)
        sessions = [str(session.session_id) for session in day.sessions]
        tally.losses += crawler.rows(VERSIONS, sessions) != [(len(day.sessions),)]
        tally.trials += 1
        tally.faults += 1
    tally.losses += crawler.rows("select state, count(*) from jobs.jobs group by 1") != [("succeeded", tally.trials)]
    found = final_rows(crawler.database, WHEN_WRITTEN)
    crawler.commands.succeed("transform", FULL="1")
    tally.losses += len(differences(found, final_rows(crawler.database, WHEN_WRITTEN)))
