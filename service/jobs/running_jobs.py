"""What a worker does with the rows of jobs. One worker at a time holds `Lock.WORKER`; no other changes them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from scraper.database.connection import Database
from scraper.database.jobs import Job as Locks
from scraper.database.locks import PROJECT, Lock, application_name, lock_holders
from scraper.errors import Code
from service.jobs.problems import INTERNAL_ERROR, LOOK_AGAIN, MOST_ATTEMPTS, Problem
from service.jobs.queue import connect, send_look
from service.jobs.requests import CRAWLS, FIRST, DayRequest, MonthRequest, RangeRequest, read_request
from service.jobs.store import Job, get

_GIVE_UP = """
update jobs.jobs set state = 'failed', ended_at = now(), problem = %s where state = 'running' and attempts >= %s
"""
_FORGET = "delete from jobs.jobs where ended_at < now() - interval '180 days'"
_TAKE_UP = "update jobs.jobs set state = 'queued' where state = 'running'"

# While the site demands a pause, nothing is asked of it, whichever job met the demand, and whether it waits or failed.
_PAUSED_UNTIL = """
select max((met ->> 'retry_at')::timestamptz)
from jobs.jobs cross join lateral (values (problem), (crawled -> 'problem')) as problems (met)
where met ->> 'code' = 'SITE_REFUSED'
"""
_NEXT = f"""
select {{columns}} from jobs.jobs
where
    state = 'queued' and not is_paused and due_at <= now()
    and (kind <> all(%(crawls)s) or crawled is not null or coalesce(({_PAUSED_UNTIL}) <= now(), true))
order by kind <> all(%(first)s), created_at, id
"""  # noqa: S608 - constants of this module
# Never at once: a job that is due and yet not begun would have the worker look without end.
_NEXT_DUE = f"""
select
    greatest(
        date_trunc('second', now()) + %(soon)s,
        min(
            case
                when kind = any(%(crawls)s) and crawled is null then greatest(due_at, ({_PAUSED_UNTIL}))
                else due_at
            end
        )
    )
from jobs.jobs
where state = 'queued' and not is_paused
having count(*) > 0
"""  # noqa: S608 - constants of this module
_BEGIN = """
update jobs.jobs
set state = 'running', started_at = coalesce(started_at, now()), attempts = attempts + 1, problem = null
where id = any(%s) and state = 'queued'
returning {columns}
"""
_NOTE = "update jobs.jobs set progress = progress || %s where id = any(%s) and state = 'running'"
_WANTED = "select id from jobs.jobs where id = any(%s) and state = 'running' and not is_paused"
_CRAWLED = "update jobs.jobs set crawled = %s where id = %s and state = 'running'"
_WAIT = """
update jobs.jobs
set state = 'queued', problem = %(problem)s, due_at = %(due_at)s, attempts = attempts - %(uncounted)s
where id = %(id)s and state = 'running'
"""
_PUT_BACK = "update jobs.jobs set state = 'queued', attempts = attempts - 1 where id = any(%s) and state = 'running'"
_GO_ON = """
update jobs.jobs set state = 'queued', due_at = now(), attempts = 0, crawled = null, progress = progress || %s
where id = %s and state = 'running'
"""
_END = """
update jobs.jobs set state = %(state)s, ended_at = now(), problem = %(problem)s, result = %(result)s
where id = %(id)s and state = 'running'
"""
_DAY = """
select event_id, ingest_depth, sessions_ingested, sessions_failed, sessions_with_laps, sessions_detail_failed,
    laps_ingested, drivers_created_or_matched
from analytics.day_ingests
where event_id = (
    select events.id from racing.events as events
    inner join racing.tracks as tracks on events.track_id = tracks.id
    where lower(tracks.source_track_slug) = %s and events.event_date = %s
)
"""
_RANGE = """
select sessions_ingested, sessions_failed, sessions_with_laps, sessions_detail_failed, laps_ingested
from analytics.day_ingests
where lower(track_slug) = any(%s) and practice_date between %s and %s
"""


@contextmanager
def worker_lock(database: Database) -> Iterator["RunningJobs | None"]:
    """Yield the running jobs, or None while another worker holds the lock, which ends with its connection."""
    with connect(database, application_name("worker")) as connection:
        held = connection.execute("select pg_try_advisory_lock(%s, %s)", [PROJECT, Lock.WORKER]).fetchone()
        if held is None or not held[0]:
            yield None
            return
        try:
            yield RunningJobs(connection)
        finally:
            with suppress(psycopg.Error):  # the connection is lost, and the lock with it
                connection.execute("select pg_advisory_unlock_all()")


class RunningJobs:
    """The rows of the jobs, for the worker that holds `Lock.WORKER`. A job that was cancelled meanwhile stays so."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Take up what a worker that is no more has left running; what may have killed it each time fails.

        Jobs that ended half a year ago are deleted: each look reads all that are stored.
        """
        self._connection = connection
        connection.execute(_FORGET)
        connection.execute(_GIVE_UP, [Jsonb(Problem(INTERNAL_ERROR).as_json(None)), MOST_ATTEMPTS])
        connection.execute(_TAKE_UP)

    def claim(self) -> Sequence[Job]:
        """Begin the next job that is due: with all days that want the same of the site, or with all months."""
        due = Job.query(self._connection, _NEXT, crawls=[*CRAWLS], first=[*FIRST])
        together = [job for job in due if job is due[0] or _is_with(due[0], job)]
        return Job.query(self._connection, _BEGIN, [job.id for job in together])

    def wanted(self, jobs: Collection[Job]) -> set[UUID]:
        """Return the ids of those that were neither cancelled nor paused."""
        return {job_id for (job_id,) in self._connection.execute(_WANTED, [_ids(jobs)]).fetchall()}

    def note(self, jobs: Collection[Job], progress: Mapping[str, Any]) -> None:
        """Add to the progress of running jobs."""
        self._connection.execute(_NOTE, [Jsonb(dict(progress)), _ids(jobs)])

    def crawled(self, job: Job, crawled: Mapping[str, Any]) -> None:
        """Note that the crawl of a job is over, so that only the transform is left."""
        self._connection.execute(_CRAWLED, [_json(crawled), job.id])

    def wait(self, job: Job, problem: Problem, until: datetime) -> None:
        """Let a job wait until a time, and say why. Waiting for a lock is no attempt."""
        shown, uncounted = problem.as_json(until), int(problem.is_wait)
        values = {"id": job.id, "problem": _json(shown), "due_at": until, "uncounted": uncounted}
        self._connection.execute(_WAIT, values)

    def put_back(self, jobs: Collection[Job]) -> None:
        """Let jobs that were interrupted wait for their turn."""
        self._connection.execute(_PUT_BACK, [_ids(jobs)])

    def go_on(self, job: Job, progress: Mapping[str, Any]) -> None:
        """Let a job whose part is done wait for its turn, to do the next part."""
        self._connection.execute(_GO_ON, [Jsonb(dict(progress)), job.id])

    def end(
        self, job: Job, result: Mapping[str, Any] | None, problem: Mapping[str, Any] | None, *, has_failed: bool
    ) -> None:
        """End a job. One that has succeeded has a problem, too, if that explains why its result is partial."""
        values = {
            "id": job.id,
            "state": "failed" if has_failed else "succeeded",
            "problem": _json(problem),
            "result": _json(result),
        }
        self._connection.execute(_END, values)

    def day(self, track_slug: str, day: date) -> dict[str, Any] | None:
        """Return what is stored of a day; None if the day was never derived."""
        with self._connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            found = cursor.execute(_DAY, [track_slug.lower(), day]).fetchone()
        return found and found | {"event_id": str(found["event_id"])}

    def days(self, request: RangeRequest) -> list[dict[str, int]]:
        """Return what is stored of each day of a range, without drivers: one may have practised on several days."""
        tracks = [slug.lower() for slug in request.track_slugs]
        with self._connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return cursor.execute(_RANGE, [tracks, request.first_day, request.last_day]).fetchall()

    def held(self, job: Locks) -> Problem | None:
        """Return that a job cannot begin, and which others hold its locks; None if nobody does."""
        with self._connection.transaction():
            # The role of the service may not see since when.
            self._connection.execute("set local role none")
            found = [holder for lock in job.exclusive for holder in lock_holders(self._connection, lock)]
        holders = " and ".join(dict.fromkeys(map(str, found)))
        return Problem(Code.INGESTION_IN_PROGRESS, holders=holders) if found else None

    def stored(self, job: Job) -> Job:
        """Return a job as it is now."""
        return get(self._connection, job.id)

    def look_when_due(self) -> None:
        """Let a worker look again when the first waiting job may begin, after LOOK_AGAIN at the earliest."""
        found = self._connection.execute(_NEXT_DUE, {"crawls": [*CRAWLS], "soon": LOOK_AGAIN}).fetchone()
        if found is not None:
            send_look(self._connection, found[0])


def _is_with(first: Job, other: Job) -> bool:
    """Return whether two jobs are months, or days, that one crawl can take."""
    try:
        requests = [read_request(job.kind, job.arguments) for job in (first, other)]
    except (LookupError, TypeError, ValueError):  # another release wrote it: begun alone, it fails alone
        return False
    match requests:
        case [MonthRequest(), MonthRequest()]:
            return True
        case [DayRequest() as one, DayRequest() as two]:
            return other.crawled is not None or (one.list_only, one.refresh) == (two.list_only, two.refresh)
    return False


def _ids(jobs: Collection[Job]) -> list[UUID]:
    return [job.id for job in jobs]


def _json(value: Mapping[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(dict(value))
