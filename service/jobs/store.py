"""The jobs that are stored: ask for one, look at it, cancel, pause and resume it.

Every function takes a connection with the rights of `practice_service`, in whatever mode, and leaves no transaction
open that it began. What a worker does with a job is in `service/jobs/running_jobs.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from service.jobs.queue import send_look
from service.jobs.requests import JobRequest, Kind, dedupe_key

MOST_LISTED = 100

_INSERT = """
insert into jobs.jobs (kind, arguments, dedupe_key) values (%s, %s, %s)
on conflict (dedupe_key) where state in ('queued', 'running') do nothing
returning {columns}
"""
_LIVE = "select {columns} from jobs.jobs where dedupe_key = %s and state in ('queued', 'running')"
_ONE = "select {columns} from jobs.jobs where id = %s"
_NEWEST = """
select {columns} from jobs.jobs
where (%(before)s::uuid is null or (created_at, id) < (select created_at, id from jobs.jobs where id = %(before)s))
order by created_at desc, id desc
limit %(limit)s
"""
# A range goes from its last day to its first, and has done with the days after `remaining_to`.
_OF_DAY = """
select {columns} from jobs.jobs
where
    state in ('queued', 'running')
    and (
        (kind = 'day' and lower(arguments ->> 'track_slug') = lower(%(slug)s) and arguments ->> 'day' = %(day)s)
        or (
            kind = 'range'
            and lower(arguments ->> 'track_slugs')::jsonb ? lower(%(slug)s)
            and %(day)s >= arguments ->> 'first_day'
            and %(day)s <= coalesce(progress ->> 'remaining_to', arguments ->> 'last_day')
        )
    )
order by kind, created_at, id
limit 1
"""
_CANCEL = """
update jobs.jobs set state = 'cancelled', is_paused = false, ended_at = now()
where id = %s and state in ('queued', 'running')
"""
_PAUSE = """
update jobs.jobs set is_paused = %(is_paused)s
where id = %(id)s and kind = 'range' and state in ('queued', 'running')
"""


class JobNotFound(LookupError):
    """There is no job with this id."""


class NotPausable(ValueError):
    """The job has ended, or is no range: only a range can be paused."""


@dataclass(frozen=True, eq=False)
class Job:
    """One job as it was when it was read."""

    id: UUID
    kind: Kind
    arguments: Mapping[str, Any] = field(repr=False)
    """What was asked for, to be read by the request of its kind."""
    dedupe_key: str = field(repr=False)
    state: str
    """`queued`, `running`, `succeeded`, `failed` or `cancelled`."""
    is_paused: bool
    progress: Mapping[str, Any] = field(repr=False)
    """`pages_planned`, `pages_done` and `pages_failed` of the crawl, which days that waited together have in common.

    `step` is what is being done: `crawl`, `transform`, `verify` or `export`. `models_done` counts models and tests.
    """
    result: Mapping[str, Any] | None = field(repr=False)
    """What is stored of the day or of the range; of a scheduled crawl what it has captured, without what was captured
    before its worker was killed. Empty for other kinds.
    """
    problem: Mapping[str, Any] | None = field(repr=False)
    """`code`, `detail` and `retry_at`: why the job failed, why its result is partial, or why it waits in the queue.

    `retry_at` is when a job that waits is tried again; else the end of the pause that the site demands, or None.
    """
    attempts: int
    due_at: datetime
    crawled: Mapping[str, Any] | None = field(repr=False)
    """`problem`, `is_cut` and `figures` of the crawl that is over, while only the transform is left."""
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.ended_at is not None

    @classmethod
    def query(cls, connection: psycopg.Connection[Any], query: str, *parameters: Any, **named: Any) -> list[Self]:
        """Return the jobs of a query for `{columns}`.

        They are named, so that a process that runs while a migration adds one goes on.
        """
        columns = ", ".join(column.name for column in fields(cls))
        with connection.cursor(row_factory=class_row(cls)) as cursor:
            return cursor.execute(query.format(columns=columns).encode(), named or parameters).fetchall()


def enqueue(connection: psycopg.Connection[Any], request: JobRequest) -> Job:
    """Return the job for a request: a new one, or the one that was asked for before and has not ended."""
    key = dedupe_key(request)
    while True:
        with connection.transaction():
            new = Job.query(connection, _INSERT, request.kind, Jsonb(request.as_json()), key)
            if new:
                send_look(connection)
        # A job that ended between the two statements is no longer there: then a new one can be inserted.
        if found := new or Job.query(connection, _LIVE, key):
            return found[0]


def get(connection: psycopg.Connection[Any], job_id: UUID) -> Job:
    """Return a job. Raises JobNotFound."""
    found = Job.query(connection, _ONE, job_id)
    if not found:
        raise JobNotFound(job_id)
    return found[0]


def newest(connection: psycopg.Connection[Any], limit: int, before: UUID | None = None) -> Sequence[Job]:
    """Return the newest jobs, at most MOST_LISTED, or those that are older than job `before`. Raises JobNotFound."""
    if before:
        get(connection, before)
    return Job.query(connection, _NEWEST, before=before, limit=min(limit, MOST_LISTED))


def of_day(connection: psycopg.Connection[Any], track_slug: str, day: date) -> Job | None:
    """Return the job that has not ended and will read a day: that for the day, else a range; None without one."""
    found = Job.query(connection, _OF_DAY, slug=track_slug, day=day.isoformat())
    return found[0] if found else None


def cancel(connection: psycopg.Connection[Any], job_id: UUID) -> Job:
    """Cancel a job that has not ended, and return it. Its crawl ends after the responses that still arrive.

    What a crawl has stored stays, and the next transform derives it. Raises JobNotFound.
    """
    with connection.transaction():
        connection.execute(_CANCEL, [job_id])
    return get(connection, job_id)


def pause(connection: psycopg.Connection[Any], job_id: UUID, *, is_paused: bool = True) -> Job:
    """Pause a range, or with `is_paused=False` let it go on where it was. Raises JobNotFound and NotPausable."""
    with connection.transaction():
        changed = connection.execute(_PAUSE, {"id": job_id, "is_paused": is_paused}).rowcount
        if changed and not is_paused:
            send_look(connection)
    job = get(connection, job_id)
    if not changed:
        raise NotPausable(job_id)
    return job
