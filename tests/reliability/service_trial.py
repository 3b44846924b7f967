"""A service whose parts are killed at observed moments of a job, and started again as a supervisor does.

A trigger on the rows of the jobs takes a lock before each statement of the worker, which it knows by the row. So a test
can hold the worker up there, and nothing of the service is changed for it.
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
from pathlib import Path

import httpx
import psycopg

from scraper.database.connection import open_embedded
from scraper.database.embedded import EmbeddedServer
from scraper.database.migrate import upgrade
from scraper.sample_site.practice import Day
from scraper.sample_site.season import Season
from service.jobs import store
from service.jobs.queue import connect
from service.jobs.store import Job
from tests.reliability.test_server_kills import kill
from tests.service.conftest import Service, Workplace, wait_for_children_to_end
from tests.support.commands_runner import Commands
from tests.support.crawling import Crawler
from tests.support.databases import FORGETFUL
from tests.support.faults import FaultySite
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.running_command import RunningCommand, start_program
from tests.support.soak_table import Tally
from tests.support.waiting import wait_for, wait_for_row, wait_until_gone

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

    def pages_asked(self, kind: str, since: int) -> Counter[str]:
        """Return how often each page of a kind was requested, the first `since` requests left out."""
        return Counter(path for path in self.service.crawler.asked(since) if f"p={kind}" in path)

    def count_kill(self, tally: Tally, days: Iterable[Day], since: int, *, lists: int = 0, sessions: int = 0) -> None:
        """Count a kill, and what it has lost.

        That is pages of these days that are not stored, or twice, and requests, the first `since` of the site left out,
        that are repeated more often than months, lists and session pages may be.
        """
        for kind, most in (("calendar", lists), ("session_list", lists), ("view_session", sessions)):
            asked = self.pages_asked(kind, since)
            tally.losses += max(0, asked.total() - len(asked) - most)
        stored = [str(session.session_id) for day in days for session in day.sessions]
        versions = Counter(session for (session,) in self.service.crawler.rows(_VERSIONS, stored))
        tally.losses += sum(versions[session] != 1 for session in stored)
        tally.trials += 1
        tally.faults += 1

    def count_ends(self, tally: Tally, most_jobs: int) -> None:
        """Count jobs that have not succeeded, jobs that nobody asked for, and rows that are not what the pages say."""
        crawler = self.service.crawler
        states = [state for (state,) in crawler.rows("select state from jobs.jobs")]
        tally.losses += sum(state != "succeeded" for state in states) + max(0, len(states) - most_jobs)
        found = final_rows(crawler.database, WHEN_WRITTEN)
        crawler.commands.succeed("transform", FULL="1")
        tally.losses += len(differences(found, final_rows(crawler.database, WHEN_WRITTEN)))


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


StartService = Callable[[Season], AbstractContextManager[Trial]]
