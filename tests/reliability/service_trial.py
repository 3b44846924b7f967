"""A service whose parts are killed at observed moments of a job, and started again as a supervisor does.

A moment lasts until its context ends, so that the kill happens in it. The crawl waits for a response of the site, a
merge for a table, and the worker for a lock that a trigger on the rows of the jobs takes. The trigger knows by the row
which statement the worker is about to run; what the worker does is not changed.
"""

import os
import random
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from scraper.database.connection import open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from scraper.sample_site.practice import Day
from scraper.sample_site.responses import Response
from scraper.sample_site.season import Season
from scraper.sample_site.server import Visit
from service.jobs import store
from service.jobs.queue import connect
from service.jobs.store import Job
from tests.reliability.test_server_kills import kill
from tests.service.jobs.conftest import HeldResponses, Service, Workplace, wait_for_children_to_end
from tests.support.commands_runner import Commands
from tests.support.crawling import Crawler
from tests.support.databases import FORGETFUL
from tests.support.faults import Fault, FaultySite
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.running_command import RunningCommand, start_program
from tests.support.waiting import wait_for, wait_for_row, wait_until_blocked_by, wait_until_gone

MOST_AT_ONCE = 3  # CRAWL_CONCURRENCY
KEY = 7216  # of advisory locks; that of the project is 7215

_PROGRAM = """
import sys
from scraper.config import Config
Config.model_config["env_file"] = None
from service.__main__ import main
sys.exit(main())
"""
_PATIENT = {"SERVE_PORT": "0", "SERVE_WAIT": "600"}
_STORED = "select count(*) from raw.practice_sessions"
_VERSIONS = "select session_id from raw.practice_sessions where session_id = any(%s)"
_CHILD = "select application_name from pg_stat_activity where application_name like %s"


class Statement(IntEnum):
    """What a worker is about to write into the row of a job."""

    BEGIN = 1
    """The job is queued, and the worker has the message of the queue."""
    CRAWLED = 2
    """The crawl is over, and that is not noted."""
    DERIVE = 3
    """The crawl is noted, and the transform has not begun."""
    GO_ON = 4
    """A month of a range is done, and that is not noted."""
    END = 5
    """The transform is over, and the job has not ended."""


_TRIGGER = f"""
create function jobs.wait_at_statement() returns trigger language plpgsql as $$
begin
    perform pg_catalog.pg_advisory_xact_lock_shared({KEY}, case
        when old.state = 'queued' and new.state = 'running' then {Statement.BEGIN:d}
        when old.crawled is null and new.crawled is not null then {Statement.CRAWLED:d}
        when old.progress ->> 'step' = 'crawl' and new.progress ->> 'step' = 'transform' then {Statement.DERIVE:d}
        when old.progress -> 'remaining_to' is distinct from new.progress -> 'remaining_to' then {Statement.GO_ON:d}
        when old.ended_at is null and new.ended_at is not null then {Statement.END:d}
    end);
    return new;
end $$;
create trigger wait_at_statement before update on jobs.jobs for each row execute function jobs.wait_at_statement();
"""


@dataclass
class _HeldAfter(HeldResponses):
    """Holds responses back after the first ones."""

    first: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    def alter(self, response: Response, visit: Visit) -> Response:
        return response if next(self._numbers) < self.first else super().alter(response, visit)


@dataclass
class Trial:
    """A service on a server that may be killed. `start` starts the process that has the worker."""

    server: EmbeddedServer
    service: Service
    chance: random.Random
    start: Callable[[], object] = field(init=False)
    web_servers: list[RunningCommand] = field(default_factory=list)
    """The processes that are web servers; the last one may run."""
    blocked: int | None = None
    """The server process that is about to run a Statement; None in any other moment."""

    @property
    def worker(self) -> RunningCommand:
        """The process that has the worker."""
        return self.service.workers[-1]

    def newest_job(self) -> Job:
        """Return the job that was asked for last."""
        return store.newest(self.service.connection, 1)[0]

    @contextmanager
    def at(self, statement: Statement, ask: Callable[[], object]) -> Iterator[None]:
        """Ask for a job, and stand before a statement of its worker."""
        lock = sql.SQL("select pg_advisory_xact_lock({}, {})").format(KEY, int(statement))
        with self._blocked_by(lock, ask) as self.blocked:
            yield
        self.blocked = None

    @contextmanager
    def in_merge(self, ask: Callable[[], object]) -> Iterator[None]:
        """Ask for a job, and stand in the midst of the merge into a table."""
        table = sql.Identifier(self.chance.choice(["races", "race_results", "laps"]))
        with self._blocked_by(sql.SQL("lock table racing.{} in share mode").format(table), ask):
            yield

    @contextmanager
    def in_crawl(self, ask: Callable[[], object], sessions: int) -> Iterator[None]:
        """Ask for a job, and stand in its crawl, when some of these new session pages are stored, but not all."""
        first = self.chance.randrange(sessions)
        stored = self.service.crawler.rows(_STORED)[0][0] + first
        held = _HeldAfter(first=first)
        self.service.crawler.misbehave(Fault("p=view_session", held))
        ask()
        self.service.wait_until_held(held)
        wait_for(lambda: self.service.crawler.rows(_STORED)[0][0] == stored, self.worker)
        try:
            yield
        finally:
            held.is_released = True
            self.service.crawler.misbehave()

    @contextmanager
    def _blocked_by(self, lock: sql.Composed, ask: Callable[[], object]) -> Iterator[int]:
        """Ask for a job, and wait until it waits for a lock of this holder, which may lose it with the server."""
        conninfo = self.service.crawler.database.conninfo
        with closing(psycopg.connect(conninfo)) as holder:
            holder.execute(lock)
            ask()
            with closing(psycopg.connect(conninfo, autocommit=True)) as observer:
                blocked = wait_until_blocked_by(holder, observer, self.worker)
            yield blocked

    def kill_worker(self) -> None:
        """Kill the process that has the worker; a supervisor starts it again.

        The statement that it is about to run reaches the server, or is lost with the process.
        """
        self.worker.kill()
        self.worker.communicate()
        if self.blocked and self.chance.random() < 0.5:
            with closing(psycopg.connect(self.service.crawler.database.conninfo, autocommit=True)) as connection:
                connection.execute("select pg_terminate_backend(%s)", [self.blocked])
                wait_until_gone(connection, [self.blocked])
        self.start()

    def kill_child(self, name: str) -> None:
        """Kill the child that holds the lock of a crawl or of a transform."""
        with closing(psycopg.connect(self.service.crawler.database.conninfo, autocommit=True)) as observer:
            (found,) = wait_for_row(observer, _CHILD, f"{name}, pid %", process=self.worker)
        pid = re.search(r"pid (\d+)", found)
        assert pid is not None, found
        os.kill(int(pid[1]), signal.SIGKILL)

    def kill_server(self) -> None:
        """Kill PostgreSQL; its supervisor starts it again."""
        kill(self.server)
        self.server.start()
        self.service.connection.close()
        self.service.connection = connect(self.service.crawler.database, "test")

    def kill_web(self) -> None:
        """Kill the web server; a supervisor starts it again."""
        self.web_servers[-1].kill()
        self.web_servers[-1].communicate()
        self.start_web()

    def start_web(self) -> None:
        """Start a web server without a worker."""
        self.web_servers.append(self._start_program("web"))

    def start_serving(self) -> None:
        """Start one process that is web server and worker."""
        self.web_servers.append(self._start_program("serve"))
        self.service.workers.append(self.web_servers[-1])

    def url(self) -> str:
        """Return the address of the web server, when it answers."""
        server = self.web_servers[-1]
        (port,) = wait_for(lambda: re.findall(r"^Listening on .*:(\d+)\n", server.output_so_far()), server)
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _answers(url), server)
        return url

    def end(self) -> None:
        """Kill every process of the service."""
        self.service.connection.close()
        for program in [*self.service.workers, *self.web_servers]:
            program.kill()
            program.communicate()
        wait_for_children_to_end(self.service.crawler.database)

    def _start_program(self, command: str) -> RunningCommand:
        environment = {**self.service.crawler.commands.environment, "LIVERC_BASE_URL": self.service.site.base_url}
        return start_program([sys.executable, "-c", _PROGRAM, command], environment | _PATIENT)

    def stored_wrong(self, days: Iterable[Day]) -> int:
        """Return how many session pages of these days are stored too often or not at all."""
        sessions = [str(session.session_id) for day in days for session in day.sessions]
        versions = Counter(session for (session,) in self.service.crawler.rows(_VERSIONS, sessions))
        return sum(versions[session] != 1 for session in sessions)

    def derived_wrong(self) -> int:
        """Return in how many rows the final schema differs from what the raw pages say."""
        found = final_rows(self.service.crawler.database, WHEN_WRITTEN)
        self.service.crawler.commands.succeed("transform", FULL="1")
        return len(differences(found, final_rows(self.service.crawler.database, WHEN_WRITTEN)))


Moment = Callable[[Trial, Callable[[], object], int], AbstractContextManager[None]]
"""A moment of a job, of which the number of new session pages is given."""


def _at(statement: Statement) -> Moment:
    return lambda trial, ask, _: trial.at(statement, ask)


MOMENTS: dict[str, Moment] = {
    "queued": _at(Statement.BEGIN),
    "crawl": Trial.in_crawl,
    "crawled": _at(Statement.CRAWLED),
    "derive": _at(Statement.DERIVE),
    "merge": lambda trial, ask, _: trial.in_merge(ask),
    "end": _at(Statement.END),
}
"""The moments of a day's job, in order."""
REPEATED = {"crawl": {"lists": 1, "sessions": MOST_AT_ONCE}, "crawled": {"lists": 1}}
"""How many lists and session pages are requested again at most, after a kill in these moments; else none."""


@contextmanager
def new_trial(folder: Path, programs: Path | None, artifacts: Path, season: Season) -> Iterator[Trial]:
    """Yield a service on a server of its own, without a worker. Its processes end with the block."""
    server = EmbeddedServer(folder / "postgres", programs, FORGETFUL)
    server.start()
    try:
        database = open_embedded(server, "practice_service_kills", "practice test")
        upgrade(database)
        with FaultySite(season) as site:
            service = Service(Crawler(Commands(database, artifacts), site), connect(database, "test"), Workplace(site))
            service.crawler.change(_TRIGGER)
            trial = Trial(server, service, random.Random(5))
            trial.start = service.start_new_worker
            try:
                yield trial
            finally:
                trial.end()
    finally:
        server.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False


def ingest(url: str, day: Day, **headers: str) -> tuple[int, Any]:
    """Ask a web server for a day, and return status and answer."""
    asked = {"track_slug": day.track.slug, "date": day.date.isoformat()}
    answer = httpx.post(f"{url}/api/v1/practice-days/ingest", json=asked, headers=headers, timeout=None)
    return answer.status_code, answer.json()
