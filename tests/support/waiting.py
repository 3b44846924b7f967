"""Waiting for the state that a test means: looked for again and again, given up only when something must be wrong."""

import time
from collections.abc import Callable
from typing import Any, LiteralString, Protocol, TypeVar

import psycopg

# A loaded machine takes ten times as long as an idle one; a test that waits in vain has failed anyway.
LONGEST_SECONDS = 300
Found = TypeVar("Found")

_BLOCKED = """
select pid from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and %s = any(pg_blocking_pids(pid))
"""
_THERE = "select from pg_stat_activity where pid = any(%s)"


class Process(Protocol):
    """A process that may end."""

    def poll(self) -> int | None: ...
    def communicate(self) -> tuple[str, str]: ...


def wait_for(look: Callable[[], Found | None], process: Process | None = None) -> Found:
    """What `look` finds, once that is something. Fails when the process, if one is given, ends before."""
    began = time.monotonic()
    while not (found := look()):
        assert process is None or process.poll() is None, f"ended before: {process.communicate()}"
        assert time.monotonic() - began < LONGEST_SECONDS, look
        time.sleep(0.01)
    return found


def wait_for_row(
    observer: psycopg.Connection[Any], query: LiteralString, *parameters: Any, process: Process | None = None
) -> tuple[Any, ...]:
    """The first row of a query, once there is one. The observer is in autocommit mode."""
    return wait_for(lambda: tuple(observer.execute(query, parameters).fetchone() or ()), process)


def wait_until_blocked_by(
    holder: psycopg.Connection[Any], observer: psycopg.Connection[Any], process: Process | None = None
) -> int:
    """Wait until a session waits for a lock that this very holder has; that session's server process."""
    [server_process] = wait_for_row(observer, _BLOCKED, holder.info.backend_pid, process=process)
    return int(server_process)


def wait_until_gone(observer: psycopg.Connection[Any], server_processes: list[int]) -> None:
    """Wait until these sessions are no more, and with them their locks and transactions."""
    wait_for(lambda: not observer.execute(_THERE, [server_processes]).fetchall())
