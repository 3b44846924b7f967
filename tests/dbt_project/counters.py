"""PostgreSQL's own counters of what was read, when they are complete."""

import psycopg

from tests.support.waiting import wait_for

_OTHERS_AT_WORK = """
select pid from pg_stat_activity
where datname = current_database() and pid != pg_backend_pid() and backend_type = 'client backend'
"""


def wait_until_counted(connection: psycopg.Connection) -> None:
    """Wait until all other connections have ended: only then does each report its counters."""
    wait_for(lambda: not connection.execute(_OTHERS_AT_WORK).fetchall())
