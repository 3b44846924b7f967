"""One look at the jobs: do what is due, one job after the other, until nothing is due any more.

Days that wait are taken together: one crawl, one transform. A range goes month by month, so that a day that is asked
for meanwhile waits for one month at most. A worker that is killed leaves its jobs running; the next one takes them up,
and repeats only what is not stored.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from traceback import format_tb
from typing import Any

import psycopg
from structlog.contextvars import bind_contextvars

from scraper.crawl.scope import CrawlScope
from scraper.errors import Code
from service.jobs.child import ChildEnded
from service.jobs.children import Children, Interrupted, Watch
from service.jobs.crawling import CrawlEnded
from service.jobs.problems import INTERNAL_ERROR, Problem
from service.jobs.requests import DayRequest, Kind, MonthRequest, PlainRequest, RangeRequest
from service.jobs.running_jobs import RunningJobs
from service.jobs.store import Job

logger = logging.getLogger(__name__)

# Drivers of several crawls cannot be added up: one may be in each.
_SUMMED = (
    "requests",
    "sessions_listed",
    "sessions_ingested",
    "sessions_unchanged",
    "sessions_failed",
    "sessions_with_laps",
    "laps_ingested",
    "pages_failed",
    "pages_waiting",
)
# What a crawl that was killed has stored is in no figure of a crawl, so a range has those of its days.
_STORED = ("sessions_ingested", "sessions_failed", "sessions_with_laps", "sessions_detail_failed", "laps_ingested")
_LEFT = ("pages_failed", "pages_waiting")
_WHOLE = {"laps_full", "none"}


class Work:
    """What a worker does with the jobs that it has claimed. `is_stopping` says whether it is asked to end."""

    def __init__(self, running: RunningJobs, children: Children, is_stopping: Callable[[], bool]) -> None:
        self._running = running
        self._children = children
        self._is_stopping = is_stopping

    def do(self) -> None:
        """Do every job that is due."""
        while not self._is_stopping() and (jobs := self._running.claim()):
            bind_contextvars(job_ids=[str(job.id) for job in jobs])
            for job in jobs:
                logger.info("job %s (%s) begins", job.id, job.kind)
            if jobs[0].kind == Kind.DAY:
                self._days(jobs)
            elif jobs[0].kind == Kind.MONTH:
                self._months(jobs)
            elif jobs[0].kind == Kind.RANGE:
                self._range(jobs[0])
            elif jobs[0].kind == Kind.CRAWL:
                self._scheduled(jobs[0])
            else:
                self._other(jobs[0])

    def _days(self, jobs: Sequence[Job]) -> None:
        crawled = {job: job.crawled for job in jobs if job.crawled is not None}
        new = [job for job in jobs if job.crawled is None]
        if new:
            with self._outcome_of(new):
                ended = self._children.crawl(_scope_of(new), self._watch(new))
                for job in new:
                    if (outcome := self._crawl_of_day(job, ended)) is not None:
                        self._running.crawled(job, outcome)
                        crawled[job] = outcome
        if not crawled:
            return
        with self._outcome_of(list(crawled)):
            problem = self._children.derive(Kind.TRANSFORM, self._watch(list(crawled)))
            for job, outcome in crawled.items():
                if problem is None or not self._waits(job, problem):
                    self._end_day(job, outcome, problem)

    def _crawl_of_day(self, job: Job, ended: CrawlEnded) -> Mapping[str, Any] | None:
        """Return what a crawl has met with a day; None if the job waits or has failed, with nothing to transform."""
        met = ended.days.get(_day(job).key)
        if met is not None and met.list_failure is None:
            is_cut = ended.outcome != "finished"
            if is_cut and ended.problem and self._waits(job, ended.problem):
                return None
            # A finished crawl may have a problem with another track.
            problem = Problem(met.session_failure) if met.session_failure else ended.problem if is_cut else None
            return _crawled(ended, problem)
        self._end_unread(job, met.list_failure if met else None, ended)
        return None

    def _months(self, jobs: Sequence[Job]) -> None:
        with self._outcome_of(jobs):
            requests = {request.key: request for request in map(_month, jobs)}
            ended = self._children.crawl(_scope_of_months(list(requests.values())), self._watch(jobs))
            for job in jobs:
                key = _month(job).key
                failure = ended.months.get(key)
                if key in ended.months and failure is None:
                    self._end(job, {}, None)
                else:
                    self._end_unread(job, failure, ended)

    def _end_unread(self, job: Job, failure: Code | None, ended: CrawlEnded) -> None:
        """End a job whose list or month page was not read, or let it wait."""
        problem = Problem(failure) if failure else None
        # A pause that the site demands for a time says more than that this page had no answer.
        if ended.problem and (problem is None or (ended.problem.retry_at and problem.is_temporary)):
            problem = ended.problem
        problem = problem or Problem(INTERNAL_ERROR)
        if not self._waits(job, problem):
            self._end(job, None, problem.as_json(None))

    def _end_day(self, job: Job, crawled: Mapping[str, Any], problem: Problem | None) -> None:
        """End a job with what is stored of its day: as failed if the crawl or the transform was cut short."""
        request = _day(job)
        stored = self._running.day(*request.key)
        if problem or stored is None:
            shown = (problem or Problem(INTERNAL_ERROR)).as_json(None)
            self._end(job, stored and {**stored, "status": "partial"}, shown)
            return
        is_whole = stored["sessions_failed"] == 0 and stored["sessions_detail_failed"] == 0
        is_whole = is_whole and (request.list_only or stored["ingest_depth"] in _WHOLE)
        # Who wants every page again does not mean the stored ones.
        is_whole = is_whole and not (request.refresh and crawled["problem"])
        result = {**stored, "status": "completed" if is_whole else "partial"}
        self._end(job, result, None if is_whole else crawled["problem"], is_cut=not is_whole and crawled["is_cut"])

    def _range(self, job: Job) -> None:
        with self._outcome_of([job]):
            request = RangeRequest.read(job.arguments)
            last = date.fromisoformat(job.progress.get("remaining_to", request.last_day.isoformat()))
            first = max(request.first_day, last.replace(day=1))
            scope = CrawlScope(request.track_slugs, first, last, list_only=request.list_only, refresh=request.refresh)
            figures = self._crawl_and_transform(job, scope)
            if figures is None:
                return
            if first == request.first_day:
                self._end_crawls(job, figures)
                return
            failed = self._running.stored(job).progress.get("pages_failed", 0)
            remaining_to = (first - timedelta(days=1)).isoformat()
            self._running.go_on(job, {"remaining_to": remaining_to, "failed_before": failed, "figures": figures})

    def _scheduled(self, job: Job) -> None:
        with self._outcome_of([job]):
            figures = self._crawl_and_transform(job, None)
            if figures is not None:
                self._end_crawls(job, figures)

    def _crawl_and_transform(self, job: Job, scope: CrawlScope | None) -> dict[str, int] | None:
        """Crawl a scope and derive it. Return the figures so far; None if the job waits, or ended with a problem."""
        crawled = job.crawled
        if crawled is None:
            ended = self._children.crawl(scope, self._watch([job]))
            if ended.problem and self._waits(job, ended.problem):
                return None
            crawled = _crawled(ended, ended.problem)
            self._running.crawled(job, crawled)
        problem = self._children.derive(Kind.TRANSFORM, self._watch([job]))
        if problem and self._waits(job, problem):
            return None
        figures = _sum(_SUMMED, [job.progress.get("figures", {}), crawled["figures"]])
        shown = problem.as_json(None) if problem else crawled["problem"]
        if shown is None:
            return figures
        self._end_crawls(job, figures, shown)
        return None

    def _end_crawls(self, job: Job, figures: Mapping[str, int], problem: Mapping[str, Any] | None = None) -> None:
        """End a scheduled crawl with its figures, a range with those of its days.

        It is completed if no page failed or waits.
        """
        left = {name: figures[name] for name in _LEFT}
        is_whole = problem is None and not any(left.values())
        if job.kind == Kind.RANGE:
            figures = _sum(_STORED, self._running.days(RangeRequest.read(job.arguments))) | left
        self._end(job, {**figures, "status": "completed" if is_whole else "partial"}, problem)

    def _other(self, job: Job) -> None:
        with self._outcome_of([job]):
            request = PlainRequest.read(job.kind, job.arguments)
            problem = self._children.derive(job.kind, self._watch([job]), is_full=request.full)
            if problem is None or not self._waits(job, problem):
                self._end(job, {}, problem.as_json(None) if problem else None)

    def _watch(self, jobs: Sequence[Job]) -> Watch:
        return Watch(self._running, jobs, self._is_stopping, _pages_so_far(jobs[0]))

    @contextmanager
    def _outcome_of(self, jobs: Sequence[Job]) -> Iterator[None]:
        """Put the jobs back if the child was interrupted; count an attempt if it was killed, or after an error of ours.

        Raises the errors of a lost connection: the next running takes the jobs up.
        """
        try:
            yield
        except Interrupted:
            self._running.put_back(jobs)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except Exception as error:
            # Without the text of the error, which may quote a page.
            where = "" if isinstance(error, ChildEnded) else "".join(format_tb(error.__traceback__))
            logger.error("jobs %s: %s\n%s", [str(job.id) for job in jobs], type(error).__name__, where)
            failed = Problem(INTERNAL_ERROR, retry_at=datetime.now(UTC))
            for job in jobs:
                if not self._waits(job, failed):
                    self._end(job, None, failed.as_json(None))

    def _waits(self, job: Job, problem: Problem) -> bool:
        """Let a job that met a problem wait, if it can be tried again."""
        due_at = problem.next_attempt(job.attempts, datetime.now(UTC))
        if due_at is None:
            return False
        logger.info("job %s waits until %s: %s", job.id, due_at, problem.code)
        self._running.wait(job, problem, due_at)
        return True

    def _end(
        self,
        job: Job,
        result: Mapping[str, Any] | None,
        problem: Mapping[str, Any] | None,
        *,
        is_cut: bool = True,
    ) -> None:
        """End a job; a problem makes it fail, unless everything was tried to the end (`is_cut=False`)."""
        has_failed = problem is not None and is_cut
        self._running.end(job, result, problem, has_failed=has_failed)
        outcome = "failed" if has_failed else "succeeded"
        logger.info("job %s has %s%s", job.id, outcome, f": {problem['code']}" if problem else "")


def _pages_so_far(job: Job) -> Mapping[str, int]:
    """Return the pages of earlier crawls of a job: of the months of a range, and of attempts that were cut short.

    A page that has failed in such an attempt is planned again by the next one.
    """
    failed = job.progress.get("failed_before", 0)
    done = job.progress.get("pages_done", 0) - job.progress.get("pages_failed", 0) + failed
    return {"pages_planned": done, "pages_done": done, "pages_failed": failed}


def _day(job: Job) -> DayRequest:
    return DayRequest.read(job.arguments)


def _scope_of(jobs: Sequence[Job]) -> CrawlScope:
    """Return the scope of days that want the same of the site; of two spellings of a track the last one is used."""
    requests = {request.key: request for request in map(_day, jobs)}
    spelled = {key[0]: request.track_slug for key, request in requests.items()}
    first = _day(jobs[0])
    days = [(spelled[track], day) for track, day in requests]
    return CrawlScope.of_days(days, list_only=first.list_only, refresh=first.refresh)


def _month(job: Job) -> MonthRequest:
    return MonthRequest.read(job.arguments)


def _scope_of_months(requests: Sequence[MonthRequest]) -> CrawlScope:
    """Return the scope of month pages, the newest first; of two spellings of a track the last one is used."""
    spelled = {request.key[0]: request.track_slug for request in requests}
    months = [(spelled[request.key[0]], request.month) for request in requests]
    return CrawlScope.of_months(sorted(months, key=itemgetter(1), reverse=True))


def _crawled(ended: CrawlEnded, problem: Problem | None) -> dict[str, Any]:
    """Return what is stored with a job whose crawl is over; `is_cut` says that pages were left unrequested."""
    shown, is_cut = problem and problem.as_json(None), ended.outcome != "finished"
    return {"problem": shown, "is_cut": is_cut, "figures": dict(ended.figures)}


def _sum(names: Iterable[str], rows: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {name: sum(row.get(name, 0) for row in rows) for name in names}
