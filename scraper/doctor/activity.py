"""What goes on in the database: who holds locks, what was killed, and what waits to be derived."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import psycopg

from scraper.console import rough_length
from scraper.database.locks import Holder, Lock
from scraper.doctor.finding import Finding, ok, warning

_KILLED = "select crawl_id, started_at from raw.crawls where outcome = 'running' order by crawl_id desc limit 1"
_WORK_LIST = "select count(*), now() - min(noted_at) from raw.work_list"
_IDLE = """
select pid, application_name, now() - state_change from pg_stat_activity
where datname = current_database() and state like 'idle in transaction%' and now() - state_change > interval '5 minutes'
"""
# Longer than from one night's transform to the next, with a night missed.
_LONG_WAIT = timedelta(days=2)


def check_locks(holders: Sequence[Holder]) -> Iterator[Finding]:
    """Who is at work."""
    for holder in holders:
        if holder.lock != Lock.SCHEMA or holder.is_exclusive:
            yield ok("locks", f"at work: {holder}")
    if not holders:
        yield ok("locks", "nobody is at work")


def check_killed_crawls(connection: psycopg.Connection, holders: Sequence[Holder]) -> Iterator[Finding]:
    """A crawl that says it is running, though nobody holds the crawl's lock."""
    killed = connection.execute(_KILLED).fetchone()
    if killed and not any(holder.lock == Lock.CRAWL for holder in holders):
        crawl_id, since = killed
        yield warning(
            "crawls",
            f"crawl {crawl_id} of {since:%Y-%m-%d %H:%M %Z} was killed: the next crawl notes that, and make status "
            "names the command that completes it",
        )


def check_work_list(connection: psycopg.Connection) -> Iterator[Finding]:
    """How much the next transform has to do."""
    lines, waiting = connection.execute(_WORK_LIST).fetchone() or (0, None)
    if not lines:
        yield ok("work list", "empty: everything raw is derived")
    elif waiting > _LONG_WAIT:
        yield warning("work list", f"{lines} lines, the oldest for {rough_length(waiting)}: run make transform")
    else:
        yield ok("work list", f"{lines} lines for the next make transform")


def check_idle_transactions(connection: psycopg.Connection) -> Iterator[Finding]:
    """Sessions that hold up migrations and clean-up while doing nothing."""
    for process, name, idle in connection.execute(_IDLE).fetchall():
        yield warning(
            "locks",
            f"{name or 'a session'} has kept a transaction open and idle for {rough_length(idle)}: close it, or "
            f"select pg_terminate_backend({process})",
        )
