"""The child process of transforms and verifications, which keeps what dbt has parsed; and that of an export."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import psycopg
from structlog.contextvars import bind_contextvars

from scraper.config import Config
from scraper.database.jobs import Job as Locks
from scraper.database.jobs import open_job
from scraper.database.migrate import open_migrated
from scraper.errors import PracticeError
from scraper.transform.dbt import ParsedProject
from scraper.transform.run import transform
from scraper.transform.up_to_date import fingerprint
from scraper.transform.verification import verify
from service.jobs.problems import Problem, of_database
from service.jobs.requests import Kind

_SECONDS_BETWEEN_REPORTS = 0.5


@dataclass(frozen=True)
class DeriveRequest:
    """What to do: a transform, a verification or an export."""

    kind: Kind
    jobs: Sequence[str]
    """The ids of the jobs, for the log."""
    is_full: bool = False


@dataclass(frozen=True)
class DeriveEnded:
    """How it ended."""

    problem: Problem | None = None


def main(connection: Connection, config: Config) -> None:
    """Serve requests for transforms and verifications, one after the other."""
    project = _Project(config)
    project.read()
    while True:
        request: DeriveRequest = connection.recv()
        bind_contextvars(job_ids=request.jobs)
        connection.send(_ended(lambda request=request: project.run(request, connection.send)))  # type: ignore[misc]


def export(connection: Connection, config: Config) -> None:
    """Serve one request for an export: Arrow starts threads, which a process that runs dbt can do without."""
    from scraper.commands import export as command  # noqa: PLC0415 - takes a second

    request: DeriveRequest = connection.recv()
    bind_contextvars(job_ids=request.jobs)
    connection.send(_ended(lambda: command.run(config.model_copy(update={"full": request.is_full}))))


def _ended(run: Callable[[], object]) -> DeriveEnded:
    try:
        run()
    except PracticeError as problem:
        return DeriveEnded(Problem.of(problem))
    except psycopg.Error as problem:
        return DeriveEnded(of_database(problem))
    return DeriveEnded()


class _Project:
    """The parsed project, which is parsed again when its files have changed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._parsed: ParsedProject | None = None
        self._fingerprint = ""

    def read(self) -> None:
        """Parse before the first request, so that it need not wait. A project that does not parse fails it later."""
        try:
            self._current()
        except (PracticeError, psycopg.Error):
            return

    def run(self, request: DeriveRequest, send: Callable[[object], None]) -> None:
        """Do one request."""
        runner = self._current().runner(_Models(send).note)
        with open_job(self._config, Locks.VERIFY if request.kind == Kind.VERIFY else Locks.TRANSFORM) as opened:
            transform(*opened, is_full=request.is_full, runner=runner)
            if request.kind == Kind.VERIFY:
                verify(*opened, runner)

    def _current(self) -> ParsedProject:
        found = fingerprint()
        if self._parsed is None or found != self._fingerprint:
            self._parsed, self._fingerprint = ParsedProject(open_migrated(self._config)), found
        return self._parsed


class _Models:
    """Sends the number of models and tests that dbt has finished."""

    def __init__(self, send: Callable[[object], None]) -> None:
        self._send = send
        self._done = 0
        self._sent_at = 0.0

    def note(self, event: Any) -> None:
        """Take an event of dbt."""
        if event.info.name != "NodeFinished":
            return
        self._done += 1
        if time.monotonic() - self._sent_at >= _SECONDS_BETWEEN_REPORTS:
            self._sent_at = time.monotonic()
            self._send({"models_done": self._done})
