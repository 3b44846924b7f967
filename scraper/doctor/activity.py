"""Checks of activity in the database: lock holders, killed jobs, the transform queue."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import psycopg

from scraper.console import counted, rough_length
from scraper.database.locks import Holder, Lock
from scraper.doctor.check import Check, ok, warning

_KILLED_CRAWL = "select crawl_id, started_at from raw.crawls where outcome = 'running' order by crawl_id desc limit 1"
_QUEUE = "select count(*), now() - min(queued_at) from raw.transform_queue"
_IDLE_TRANSACTIONS = """
select pid, application_name, now() - state_change from pg_stat_activity
where datname = current_database() and state like 'idle in transaction%%' and now() - state_change > %s
"""
IDLE_TOO_LONG = timedelta(minutes=5)
_QUEUED_TOO_LONG = timedelta(days=2)  # a nightly transform was missed


def check_locks(holders: Sequence[Holder]) -> Iterator[Check]:
    """List the jobs that are running."""
    for holder in holders:
        if holder.lock != Lock.SCHEMA or holder.is_exclusive:
            yield ok("locks", f"running: {holder}")
    if not holders:
        yield ok("locks", "no job is running")


def check_killed_crawls(connection: psycopg.Connection, holders: Sequence[Holder]) -> Iterator[Check]:
    """Find a crawl that is recorded as running while no process holds the crawl lock."""
    killed = connection.execute(_KILLED_CRAWL).fetchone()
    if killed and not any(holder.lock == Lock.CRAWL for holder in holders):
        crawl_id, start = killed
        yield warning(
            "crawls",
            f"crawl {crawl_id} of {start:%Y-%m-%d %H:%M %Z} was killed: "
            "make status prints the command that completes it",
        )


def check_queue(connection: psycopg.Connection) -> Iterator[Check]:
    """Report what the next transform has to derive."""
    entries, age = connection.execute(_QUEUE).fetchone() or (0, None)
    queued = counted(entries, "page version")
    if not entries:
        yield ok("queue", "empty: everything is transformed")
    elif age > _QUEUED_TOO_LONG:
        yield warning("queue", f"{queued} to transform, the oldest for {rough_length(age)}: run make transform")
    else:
        yield ok("queue", f"{queued} for the next make transform")


def check_idle_transactions(connection: psycopg.Connection) -> Iterator[Check]:
    """Find idle transactions, which hold up migrations and vacuum."""
    for pid, name, idle in connection.execute(_IDLE_TRANSACTIONS, [IDLE_TOO_LONG]).fetchall():
        yield warning(
            "locks",
            f"{name or 'an unnamed connection'} has had an idle transaction open for {rough_length(idle)}: close it, "
            f"or run select pg_terminate_backend({pid})",
        )
