"""A worker in a process of its own, on the test's database and the sample site."""

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
QUICK = {"heartbeat": 0.2, "is_dead_after": 2.0, "poll": 0.1, "reconnect": 0.1}


@dataclass
class Gate:
    """A fault that holds responses back until it is opened. `held` are the pages that were asked for."""

    is_open: bool = False
    held: list[str] = field(default_factory=list)

    def alter(self, response: Response, visit: Visit) -> Response:
        """Wait."""
        self.held.append(visit.target)
        while not self.is_open:
            visit.wait(0.02)
        return response


@dataclass
class Service:
    """Jobs of a database, its workers, and the site that they crawl."""

    crawler: Crawler
    connection: psycopg.Connection[Any]
    workers: list[RunningCommand] = field(default_factory=list)

    @property
    def site(self) -> FaultySite:
        """The site that is crawled."""
        return self.crawler.site

    def start_worker(self, **settings: str) -> RunningCommand:
        """Start a worker."""
        environment = {
            **self.crawler.commands.environment,
            "LIVERC_BASE_URL": self.site.base_url,
            **settings,
        }
        self.workers.append(start_program([sys.executable, "-c", _WORKER, json.dumps(QUICK)], environment))
        return self.workers[-1]

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

    def hold(self, where: str) -> Gate:
        """Let the site hold back its responses to these pages."""
        gate = Gate()
        self.crawler.misbehave(Fault(where, gate))
        return gate

    def wait_until_held(self, gate: Gate) -> None:
        """Wait until the site holds a response back."""
        wait_for(lambda: gate.held, self.workers[-1])

    def wait_until_said(self, text: str) -> None:
        """Wait until the last worker has said this in its log."""
        wait_for(lambda: text in self.workers[-1].errors_so_far(), self.workers[-1])

    def end_worker(self) -> int:
        """End the last worker as systemd does, and return its exit status."""
        worker = self.workers[-1]
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
        return worker.returncode

    def lists_asked(self) -> list[str]:
        """Return the list pages that were requested, in order."""
        return [path for path in self.crawler.asked() if "session_list" in path]


@pytest.fixture
def service(postgres_server: Any, transformed_template: str, dbt_artifacts: Any) -> Iterator[Service]:
    """A service without a worker, on a database without rows. Its workers end with the test."""
    with (
        fresh_database(postgres_server, "practice_test", transformed_template) as database,
        FaultySite(SEASON) as site,
        connect(database, "test") as connection,
    ):
        service = Service(Crawler(Commands(database, dbt_artifacts), site), connection)
        yield service
        for worker in service.workers:
            worker.kill()
            worker.communicate()
        wait_for_children_to_end(database)


def wait_for_children_to_end(database: Database) -> None:
    """Wait until the children of killed workers have left the database."""
    query = "select from pg_stat_activity where datname = current_database() and application_name ~ ', pid '"
    with suppress(psycopg.Error), psycopg.connect(database.conninfo, autocommit=True) as connection:
        wait_for(lambda: not connection.execute(query).fetchall())
