"""The moments of a job. Each lasts until its context ends, so that a kill happens in it.

The crawl waits for a response of the site, a merge for a table, and the worker before a statement.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count

import psycopg
from psycopg import sql

from scraper.sample_site.responses import Response
from scraper.sample_site.server import Visit
from tests.reliability.service_trial import KEY, Statement, Trial
from tests.service.conftest import HeldResponses
from tests.support.faults import Fault
from tests.support.waiting import wait_for, wait_until_blocked_by

MOST_AT_ONCE = 3  # CRAWL_CONCURRENCY

_STORED = "select count(*) from raw.practice_sessions"


@dataclass
class HeldAfter(HeldResponses):
    """Holds responses back after the first ones."""

    first: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    def alter(self, response: Response, visit: Visit) -> Response:
        return response if next(self._numbers) < self.first else super().alter(response, visit)


@contextmanager
def at(trial: Trial, statement: Statement, ask: Callable[[], object]) -> Iterator[None]:
    """Ask for a job, and stand before a statement of its worker."""
    lock = sql.SQL("select pg_advisory_xact_lock({}, {})").format(KEY, int(statement))
    with _blocked_by(trial, lock, ask) as trial.blocked:
        yield
    trial.blocked = None


@contextmanager
def in_merge(trial: Trial, ask: Callable[[], object]) -> Iterator[None]:
    """Ask for a job, and stand in the midst of the merge into a table."""
    table = sql.Identifier(trial.chance.choice(["races", "race_results", "laps"]))
    with _blocked_by(trial, sql.SQL("lock table racing.{} in share mode").format(table), ask):
        yield


@contextmanager
def in_crawl(trial: Trial, ask: Callable[[], object], sessions: int) -> Iterator[None]:
    """Ask for a job, and stand in its crawl, when some of these new session pages are stored, but not all."""
    first = trial.chance.randrange(sessions)
    stored = trial.service.crawler.rows(_STORED)[0][0] + first
    held = HeldAfter(first=first)
    trial.service.crawler.misbehave(Fault("p=view_session", held))
    ask()
    trial.service.wait_until_held(held)
    wait_for(lambda: trial.service.crawler.rows(_STORED)[0][0] == stored, trial.worker)
    try:
        yield
    finally:
        held.is_released = True
        trial.service.crawler.misbehave()


@contextmanager
def _blocked_by(trial: Trial, lock: sql.Composed, ask: Callable[[], object]) -> Iterator[int]:
    """Ask for a job, and wait until it waits for a lock of this holder, which may lose it with the server."""
    conninfo = trial.service.crawler.database.conninfo
    with closing(psycopg.connect(conninfo)) as holder:
        holder.execute(lock)
        ask()
        with closing(psycopg.connect(conninfo, autocommit=True)) as observer:
            blocked = wait_until_blocked_by(holder, observer, trial.worker)
        yield blocked


Moment = Callable[[Trial, Callable[[], object], int], AbstractContextManager[None]]
"""A moment of a job, of which the number of new session pages is given."""


def _at(statement: Statement) -> Moment:
    return lambda trial, ask, _: at(trial, statement, ask)


MOMENTS: dict[str, Moment] = {
    "queued": _at(Statement.BEGIN),
    "crawl": in_crawl,
    "crawled": _at(Statement.CRAWLED),
    "derive": _at(Statement.DERIVE),
    "merge": lambda trial, ask, _: in_merge(trial, ask),
    "end": _at(Statement.END),
}
"""The moments of a day's job, in order."""
REPEATED = {"crawl": {"lists": 1, "sessions": MOST_AT_ONCE}, "crawled": {"lists": 1}}
"""How many lists and session pages are requested again at most, after a kill in these moments; else none."""
