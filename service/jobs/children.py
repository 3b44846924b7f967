"""The children of a worker, and what it asks of them while it watches whether the jobs are still wanted."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scraper.config import Config
from scraper.crawl.scope import CrawlScope
from scraper.database.jobs import Job as Locks
from service.jobs import crawling, deriving
from service.jobs.child import SECONDS_TO_END, Child, ChildEnded
from service.jobs.crawling import CrawlEnded, CrawlRequest
from service.jobs.deriving import DeriveEnded, DeriveRequest
from service.jobs.problems import Problem
from service.jobs.requests import Kind
from service.jobs.running_jobs import RunningJobs
from service.jobs.store import Job

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_LOOKS = 0.5
_LOCKS = {Kind.TRANSFORM: Locks.TRANSFORM, Kind.VERIFY: Locks.VERIFY, Kind.EXPORT: Locks.EXPORT}


class Interrupted(Exception):
    """The worker is asked to end, or nobody wants the jobs any more."""


@dataclass(frozen=True)
class Watch:
    """Jobs that a child works for. `earlier` are pages of earlier crawls, which count as progress, too.

    With `needs_all` the child ends as soon as one of the jobs is not wanted any more: a crawl requests the pages of
    each. The other jobs then begin again, and request only what is not stored.
    """

    running: RunningJobs
    jobs: Sequence[Job]
    is_stopping: Callable[[], bool]
    earlier: Mapping[str, int] = field(default_factory=dict)
    needs_all: bool = False

    @property
    def ids(self) -> list[str]:
        """The ids of the jobs, for the log."""
        return [str(job.id) for job in self.jobs]

    def is_wanted(self) -> bool:
        """Return whether the child shall go on."""
        wanted = len(self.running.wanted(self.jobs))
        return not self.is_stopping() and wanted >= (len(self.jobs) if self.needs_all else 1)

    def note(self, progress: Mapping[str, Any]) -> None:
        """Store progress."""
        total = {name: number + self.earlier.get(name, 0) for name, number in progress.items()}
        self.running.note(self.jobs, total)


class Children:
    """A new process for each crawl and each export, and a lasting one for dbt, which keeps the parsed project."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._deriver: Child | None = None

    def prepare(self) -> Child:
        """Let dbt read the project before a job needs it, and return its process."""
        if self._deriver is None or not self._deriver.is_alive:
            self.close()
            self._deriver = Child(deriving.main, self._config)
        return self._deriver

    def close(self) -> None:
        """End the lasting one."""
        if self._deriver is not None:
            self._deriver.interrupt()
            self._deriver.close()
            self._deriver = None

    def crawl(self, scope: CrawlScope | None, watch: Watch) -> CrawlEnded:
        """Crawl a scope, or without one what the settings say. Raises Interrupted, and ChildEnded if it was killed.

        No process is started while another holds the lock: it would take a second to say so, again and again.
        """
        if held := watch.running.held(Locks.CRAWL):
            return CrawlEnded("failed", problem=held)
        watch.running.note(watch.jobs, {"step": "crawl"})
        child = Child(crawling.main, self._config)
        try:
            ended: CrawlEnded = _answer(child, "crawl", CrawlRequest(scope, watch.ids), replace(watch, needs_all=True))
        except BaseException:  # also a lost connection of ours: the child must not crawl on
            child.interrupt()
            raise
        finally:
            child.close()
        if ended.outcome == "interrupted":
            raise Interrupted
        return ended

    def derive(self, kind: Kind, watch: Watch, *, is_full: bool = False) -> Problem | None:
        """Transform, verify or export, and return what is wrong. Raises what `crawl` raises."""
        if held := watch.running.held(_LOCKS[kind]):
            return held
        watch.running.note(watch.jobs, {"step": str(kind), "models_done": 0})
        child = Child(deriving.export, self._config) if kind == Kind.EXPORT else self.prepare()
        try:
            ended: DeriveEnded = _answer(child, kind, DeriveRequest(kind, watch.ids, is_full), watch)
        except BaseException:
            child.interrupt()
            if child is self._deriver:
                self.close()  # the next job starts another, and never asks one that is ending
            raise
        finally:
            if kind == Kind.EXPORT:
                child.close()
        return ended.problem


def _answer(child: Child, what: str, request: object, watch: Watch) -> Any:
    """Return the child's answer. Raises Interrupted if the child was asked to end, and has, or has not in time."""
    ends_by: float | None = None
    try:
        child.ask(request)
        for message in child.messages(_SECONDS_BETWEEN_LOOKS):
            if isinstance(message, dict):
                watch.note(message)
            elif message is not None:
                return message
            if ends_by is None and not watch.is_wanted():
                ends_by = time.monotonic() + SECONDS_TO_END
                child.interrupt()
                logger.info("the %s ends: its jobs are cancelled or paused, or this worker ends", what)
            elif ends_by is not None and time.monotonic() > ends_by:
                raise Interrupted
    except ChildEnded:
        if ends_by is not None or watch.is_stopping():
            raise Interrupted from None
        raise
    raise ChildEnded
