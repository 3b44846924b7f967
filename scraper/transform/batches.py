"""Batches: the practice days that one dbt run derives, from the transform queue to the record of the transform.

`begin_batch` writes down in `intermediate.transform_batch*`, in one transaction, what the batch is, and `settle` takes
the batch off the queue once dbt has built every model. In between only dbt writes. After a failure, a kill or Ctrl-C
nothing is settled, and the next batch derives the same days again.

All functions take a connection in autocommit mode that holds the transform lock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import psycopg

from scraper.transform.orphans import delete_affected_drivers_without_sessions
from scraper.transform.up_to_date import views_fingerprint

# A batch takes whole days until they have so many sessions, so that the memory and disk of a run are bounded and a kill
# costs one batch. Counting the sessions opens the lists of at most so many days.
SESSIONS_PER_BATCH = 100_000
_DAYS_PER_BATCH = 2_500


class BatchKind(StrEnum):
    """What dbt does with the days of a batch. The macros ask `intermediate.transform_batch` for it."""

    DERIVE = "derive"
    """Write what differs, and test the rows of these days."""
    VERIFY = "verify"
    """Write nothing; report what differs in `intermediate.verify_differences`, and test the rows of these days."""
    MANUAL = "manual"
    """`make dbt`: write what differs, test all rows. Never settled."""


@dataclass(frozen=True)
class Batch:
    """A batch that has begun: how many days it has and how many it leaves to later batches."""

    days: int
    deferred_days: int
    last_day: tuple[date, str] | None
    """Date and track of the last day, in the order in which batches take days; None without days."""


# The queue as it is now. Temporary, so that its size is known to the planner: only the owner of a table may analyze it.
_SNAPSHOT = """
create temporary table queued on commit drop as
select entry_id, track_slug, page_kind, page_key from raw.transform_queue;
analyze queued
"""
# A new version of a list changes its day, and a session page the days that list the session. A session without a race
# needs no day: until its day is derived, the day's list is on the queue itself.
_QUEUED_DAYS = """
create temporary table candidate_days on commit drop as
with changed_days as (
    select track_slug, page_key::date as practice_date from queued
    where page_kind = 'list'
    union
    select tracks.source_track_slug, events.event_date
    from queued
    inner join racing.tracks as tracks on queued.track_slug = tracks.source_track_slug
    inner join racing.races as races on queued.page_key = races.source_race_id
    inner join racing.events as events on races.event_id = events.id and tracks.id = events.track_id
    where queued.page_kind = 'session'
)
select
    changed_days.track_slug,
    changed_days.practice_date,
    latest.load_id as list_load_id,
    row_number() over (order by changed_days.practice_date, changed_days.track_slug collate "C") as place
from changed_days
cross join lateral (
    select lists.load_id from raw.practice_lists as lists
    where lists.track_slug = changed_days.track_slug and lists.practice_date = changed_days.practice_date
    order by lists.load_id desc
    limit 1
) as latest;
analyze candidate_days
"""
_DAYS_AFTER = """
create temporary table candidate_days on commit drop as
select
    track_slug,
    practice_date,
    max(load_id) as list_load_id,
    row_number() over (order by practice_date, track_slug collate "C") as place
from raw.practice_lists
where (practice_date, track_slug collate "C") > ({practice_date}, {track_slug} collate "C")
group by track_slug, practice_date
"""
_FORGET_THE_LAST_BATCH = """
truncate intermediate.transform_batch, intermediate.transform_batch_days, intermediate.transform_batch_entries
"""
_NAME_THE_BATCH = "insert into intermediate.transform_batch (kind) values (%s)"
# The first days, until they have enough sessions. The first one is taken however many it has.
_TAKE_DAYS = """
insert into intermediate.transform_batch_days (track_slug, practice_date, list_load_id)
select track_slug, practice_date, list_load_id
from (
    select
        candidate_days.*,
        sum(lists.sessions) over (order by candidate_days.place) - lists.sessions as sessions_before
    from candidate_days
    cross join lateral (
        select
            case
                when jsonb_typeof(payload -> 'sessions') = 'array' then jsonb_array_length(payload -> 'sessions')
                else 0
            end as sessions
        from raw.practice_lists
        where load_id = candidate_days.list_load_id
    ) as lists
    where candidate_days.place <= %(days)s
) as counted_days
where sessions_before < %(sessions)s
"""
_COUNT_DAYS = """
select count(days), count(*) - count(days)
from candidate_days
left join intermediate.transform_batch_days as days using (track_slug, practice_date)
"""
_LAST_DAY = "select practice_date, track_slug from candidate_days where place = %s"
# All entries leave the queue with the batch, but one list entry for each deferred day.
_TAKE_ENTRIES = """
with deferred_days as (
    select track_slug, to_char(practice_date, 'YYYY-MM-DD') as page_key from candidate_days
    where place > %(taken)s
),
kept as (
    select track_slug, page_key, min(queued.entry_id) as entry_id
    from queued
    inner join deferred_days using (track_slug, page_key)
    where queued.page_kind = 'list'
    group by track_slug, page_key
),
added as (
    insert into raw.transform_queue (track_slug, page_kind, page_key)
    select track_slug, 'list', page_key from deferred_days
    except
    select track_slug, 'list', page_key from kept
)
insert into intermediate.transform_batch_entries (entry_id)
select entry_id from queued
except
select entry_id from kept
"""
_HAS_IDENTITIES = "select to_regclass('intermediate.int_practice__driver_identities') is not null"
# A run that was cut short may have written its drivers, and the raw pages may have changed back since.
_KEEP_DRIVERS_OF_AN_UNSETTLED_BATCH = """
insert into intermediate.affected_drivers (driver_id)
select distinct driver_id from intermediate.int_practice__driver_identities
where exists (select from intermediate.transform_batch where kind != 'verify')
on conflict do nothing
"""
# The drivers who have the sessions now: each may lose one to another driver, and with it its name.
_NOTE_DRIVERS_OF_THE_DAYS = """
insert into intermediate.affected_drivers (driver_id)
select distinct race_drivers.driver_id
from racing.race_drivers as race_drivers
inner join racing.races as races on race_drivers.race_id = races.id
where
    races.event_id = any(array(
        select events.id
        from candidate_days
        inner join racing.tracks as tracks on candidate_days.track_slug = tracks.source_track_slug
        inner join racing.events as events
            on tracks.id = events.track_id and candidate_days.practice_date = events.event_date
        where candidate_days.place <= %(taken)s
    ))
on conflict do nothing
"""
_TAKE_OFF_THE_QUEUE = """
delete from raw.transform_queue as queue
using intermediate.transform_batch_entries as entries
where queue.entry_id = entries.entry_id
"""
_FORGET_DRIVERS = "truncate intermediate.affected_drivers"
_RECORD = "insert into intermediate.transforms (started_at, outcome, project, views) values (%s, %s, %s, %s)"
_QUEUE_EVERY_DAY = """
insert into raw.transform_queue (track_slug, page_kind, page_key)
select track_slug, 'list', to_char(practice_date, 'YYYY-MM-DD') from raw.practice_lists
except
select track_slug, page_kind, page_key from raw.transform_queue
"""
_BEFORE_ALL_DAYS = (date.min, "")


def begin_batch(connection: psycopg.Connection, kind: BatchKind = BatchKind.DERIVE) -> Batch:
    """Take a snapshot of the queue and make a batch of its first days; the others are deferred.

    Takes all entries that are committed by now, in whatever order they were numbered: a higher number may be committed
    first. Days, entries and affected drivers of a batch that was not settled are taken again, or stay affected.
    """
    with connection.transaction():
        if connection.execute(_HAS_IDENTITIES).fetchone() == (True,):
            connection.execute(_KEEP_DRIVERS_OF_AN_UNSETTLED_BATCH)
        connection.execute(_SNAPSHOT)
        connection.execute(_QUEUED_DAYS)
        batch = _take_days(connection, kind)
        connection.execute(_TAKE_ENTRIES, {"taken": batch.days})
        connection.execute(_NOTE_DRIVERS_OF_THE_DAYS, {"taken": batch.days})
    return batch


def begin_verification(connection: psycopg.Connection, after: tuple[date, str] | None = None) -> Batch:
    """Make a batch of the first days after this one, of all that have a list. It takes nothing off the queue."""
    practice_date, track_slug = after or _BEFORE_ALL_DAYS
    with connection.transaction():
        if after is None:
            connection.execute("truncate intermediate.verify_differences")
        days = psycopg.sql.SQL(_DAYS_AFTER).format(practice_date=practice_date, track_slug=track_slug)
        connection.execute(days)
        return _take_days(connection, BatchKind.VERIFY)


def _take_days(connection: psycopg.Connection, kind: BatchKind) -> Batch:
    connection.execute(_FORGET_THE_LAST_BATCH)
    connection.execute(_NAME_THE_BATCH, [kind])
    connection.execute(_TAKE_DAYS, {"days": _DAYS_PER_BATCH, "sessions": SESSIONS_PER_BATCH})
    days, deferred_days = connection.execute(_COUNT_DAYS).fetchone() or (0, 0)
    return Batch(days, deferred_days, connection.execute(_LAST_DAY, [days]).fetchone())


def settle(connection: psycopg.Connection, started_at: datetime, project: str | None) -> None:
    """Take the batch off the queue, after dbt has built every model of it, and record the transform as finished.

    Deletes the drivers that the batch has left without sessions. `project` is the fingerprint of the dbt project if
    all tests have passed: the next transform then starts no dbt unless something has changed, and builds no view again.
    """
    with connection.transaction():
        connection.execute(_TAKE_OFF_THE_QUEUE)
        delete_affected_drivers_without_sessions(connection)
        connection.execute(_FORGET_THE_LAST_BATCH)
        connection.execute(_FORGET_DRIVERS)
        connection.execute(_RECORD, [started_at, "finished", project, views_fingerprint(connection)])


def end_verification(connection: psycopg.Connection) -> None:
    """Forget the last batch of a verification. Nothing else is left of it but what it found."""
    connection.execute(_FORGET_THE_LAST_BATCH)


def record_incomplete(connection: psycopg.Connection, started_at: datetime) -> None:
    """Record a transform that did not build every model. Its batch stays unsettled."""
    connection.execute(_RECORD, [started_at, "incomplete", None, None])


def queue_every_day(connection: psycopg.Connection) -> None:
    """Queue every day that has a list."""
    connection.execute(_QUEUE_EVERY_DAY)
