"""A worker in a process of its own, on the test's database and the sample site.

A worker takes 4 s to start, most of it for dbt. So one that a test has left without work rests, stopped by a signal,
until the next test starts a worker, in whichever module. That test has a database of its own: the worker has lost its
connections and begins anew.
"""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.sample_site.responses import Response
from scraper.sample_site.server import Visit
from service.jobs import store
from service.jobs.queue import connect
from service.jobs.requests import JobRequest
from service.jobs.store import Job
from tests.support.commands_runner import Commands
from tests.support.crawling import SEASON, Crawler
from tests.support.databases import fresh_database
from tests.support.faults import Fault, FaultySite
from tests.support.running_command import RunningCommand, start_program
from tests.support.waiting import wait_for

_WORKER = """
import asyncio, json, logging, sys
from scraper.config import Config, load_config
Config.model_config["env_file"] = None
from service.jobs.worker import Timing, run_worker
logging.basicConfig(level=logging.INFO)
asyncio.run(run_worker(load_config(), Timing(**json.loads(sys.argv[1]))))
"""
QUICK = {"heartbeat": 0.2, "dead_after": 2.0, "poll": 0.1, "reconnect": 0.1}


@dataclass
class HeldResponses:
    """A fault that holds responses back until they are released. `requested` are the pages that were asked for."""

    is_released: bool = False
    requested: list[str] = field(default_factory=list)

    def alter(self, response: Response, visit: Visit) -> Response:
        """Wait until they are released, or the site stops."""
        self.requested.append(visit.target)
        while not self.is_released and not visit.wait(0.02):
            pass
        return response


@dataclass
class Workplace:
    """What all tests share: the site, and the workers that rest, at most one for a database."""

    site: FaultySite
    resting: dict[str, RunningCommand] = field(default_factory=dict)
    """By the name of the database, which a worker keeps."""

    def wake(self, database: Database) -> RunningCommand | None:
        """Return the worker that rests, if there is one, at work again."""
        worker = self.resting.pop(database.parameters["dbname"], None)
        if worker is not None:
            worker.send_signal(signal.SIGCONT)
        return worker

    def rest(self, worker: RunningCommand, database: Database) -> None:
        """Stop a worker that has no job."""
        worker.send_signal(signal.SIGSTOP)
        self.resting[database.parameters["dbname"]] = worker

    def has_resting(self, database: Database) -> bool:
        """Whether a worker rests."""
        return database.parameters["dbname"] in self.resting

    def close(self) -> None:
        """End the workers that rest."""
        for worker in self.resting.values():
            _end(worker)


def _end(worker: RunningCommand) -> None:
    worker.kill()
    worker.communicate()


@dataclass
class Service:
    """Jobs of a database, its workers, and the site that they crawl."""

    crawler: Crawler
    connection: psycopg.Connection[Any]
    workplace: Workplace
    workers: list[RunningCommand] = field(default_factory=list)
    _said_earlier: int = 0
    """How much the last worker had written to its log before this test."""
    _usual: list[RunningCommand] = field(default_factory=list)
    """The workers without settings, which other tests may go on to use."""

    @property
    def site(self) -> FaultySite:
        """The site that is crawled."""
        return self.crawler.site

    def start_worker(self, **settings: str) -> RunningCommand:
        """Start a worker. One without settings may be that of an earlier test."""
        rested = None if settings else self.workplace.wake(self.crawler.database)
        if rested is None:
            worker = self.start_new_worker(**settings)
        else:
            self._said_earlier = len(rested.errors_so_far())
            self.workers.append(worker := rested)
        if not settings:
            self._usual.append(worker)
        return worker

    def start_new_worker(self, **settings: str) -> RunningCommand:
        """Start a worker whose process is new."""
        environment = {
            **self.crawler.commands.environment,
            "LIVERC_BASE_URL": self.site.base_url,
            **settings,
        }
        self.workers.append(start_program([sys.executable, "-c", _WORKER, json.dumps(QUICK)], environment))
        self._said_earlier = 0
        return self.workers[-1]

    def leave(self) -> None:
        """Let a worker rest if it is free for another test, and end the others."""
        unfinished = self.crawler.rows("select from jobs.jobs where state = 'running'")
        for worker in self.workers:
            is_free = worker in self._usual and worker.poll() is None and not unfinished
            if is_free and not self.workplace.has_resting(self.crawler.database):
                self.workplace.rest(worker, self.crawler.database)
            else:
                _end(worker)

    def ask(self, request: JobRequest) -> Job:
        """Ask for a job."""
        return store.enqueue(self.connection, request)

    def job(self, job: Job | UUID) -> Job:
        """Return a job as it is now."""
        return store.get(self.connection, job.id if isinstance(job, Job) else job)

    def wait_until(self, job: Job, *states: str) -> Job:
        """Wait until a job is in one of these states."""
        wait_for(lambda: self.job(job).state in states, self.workers[-1] if self.workers else None)
        return self.job(job)

    def wait_for_end(self, job: Job) -> Job:
        """Wait until a job has ended."""
        return self.wait_until(job, "succeeded", "failed", "cancelled")

    def hold(self, where: str) -> HeldResponses:
        """Let the site hold back its responses to these pages."""
        held = HeldResponses()
        self.crawler.misbehave(Fault(where, held))
        return held

    def wait_until_held(self, held: HeldResponses) -> None:
        """Wait until the site holds a response back."""
        wait_for(lambda: held.requested, self.workers[-1])

    def wait_until_said(self, text: str) -> None:
        """Wait until the last worker has said this in its log."""
        wait_for(lambda: text in self.workers[-1].errors_so_far()[self._said_earlier :], self.workers[-1])

    def end_worker(self) -> int:
        """End the last worker as systemd does, and return its exit status."""
        worker = self.workers[-1]
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
        return worker.returncode

    def lists_asked(self) -> list[str]:
        """Return the list pages that were requested, in order."""
        return [path for path in self.crawler.asked() if "session_list" in path]


@pytest.fixture(scope="session")
def workplace() -> Iterator[Workplace]:
    """The site, and the workers that rest between tests."""
    with FaultySite(SEASON) as site:
        workplace = Workplace(site)
        yield workplace
        workplace.close()


@pytest.fixture
def service(
    postgres_server: Any, transformed_template: str, dbt_artifacts: Any, workplace: Workplace
) -> Iterator[Service]:
    """A service without a worker, on a database without rows. Its workers end or rest with the test."""
    site = workplace.site
    site.begin_anew(SEASON)
    with (
        fresh_database(postgres_server, transformed_template) as database,
        connect(database, "test") as connection,
    ):
        service = Service(Crawler(Commands(database, dbt_artifacts), site), connection, workplace)
        yield service
        service.leave()
        if not workplace.has_resting(database):  # with its connections, which end with the database
            wait_for_children_to_end(database)


def wait_for_children_to_end(database: Database) -> None:
    """Wait until the children of killed workers have left the database."""
    query = "select from pg_stat_activity where datname = current_database() and application_name ~ ', pid '"
    with suppress(psycopg.Error), psycopg.connect(database.conninfo, autocommit=True) as connection:
        wait_for(lambda: not connection.execute(query).fetchall())
