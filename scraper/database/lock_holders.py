"""The project's advisory locks, and who holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

import psycopg

# With a lock's number the key of an advisory lock; any constant that nothing else in the database locks on.
PROJECT = 7215

_HOLDERS = """
select locks.objid, locks.mode = 'ExclusiveLock', activity.application_name, activity.backend_start
from pg_locks as locks
inner join pg_stat_activity as activity using (pid)
where locks.locktype = 'advisory' and locks.granted and locks.classid = %s and locks.objsubid = 2
    and locks.database = (select oid from pg_database where datname = current_database())
    and locks.pid <> pg_backend_pid()
order by activity.backend_start
"""


class ProjectLock(IntEnum):
    """What is locked. Crawl and transform have one holder each; the schema is shared by jobs, and migrated alone."""

    CRAWL = 1
    TRANSFORM = 2
    SCHEMA = 3


@dataclass(frozen=True)
class Holder:
    """A session that holds one of the locks; `since` is None where this login may not see it."""

    lock: int
    is_alone: bool
    name: str
    since: datetime | None

    def __str__(self) -> str:
        name = self.name or "an unnamed session"
        return f"{name} since {self.since:%Y-%m-%d %H:%M:%S %Z}" if self.since else name


def lock_holders(connection: psycopg.Connection[Any]) -> Sequence[Holder]:
    """Everyone but this connection who holds one of the project's locks in this database, oldest first."""
    return [Holder(*row) for row in connection.execute(_HOLDERS, [PROJECT]).fetchall()]
