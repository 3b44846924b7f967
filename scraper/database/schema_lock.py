"""Migrations change the schema only while no crawl and no transform works on it, and these begin only between them."""

from typing import Any

import psycopg

from scraper.database.lock_holders import PROJECT, ProjectLock, lock_holders
from scraper.errors import LockHeld

# A migration takes seconds, and whoever starts meanwhile had better wait; a crawl may take hours.
PATIENCE = "30s"


def share_schema(connection: psycopg.Connection[Any]) -> None:
    """Keep migrations away until this connection, in autocommit mode, ends. Raises LockHeld while one is at work."""
    try:
        connection.execute("select set_config('lock_timeout', %s, false)", [PATIENCE])
        connection.execute("select pg_advisory_lock_shared(%s, %s)", [PROJECT, ProjectLock.SCHEMA])
    except psycopg.errors.LockNotAvailable:
        raise LockHeld(f"the database is being migrated: {_others(connection)}; run this again afterwards") from None
    connection.execute("reset lock_timeout")


def own_schema(connection: psycopg.Connection[Any]) -> None:
    """Be the only one who relies on the schema until this transaction ends. Raises LockHeld when others do."""
    try:
        connection.execute("select set_config('lock_timeout', %s, true)", [PATIENCE])
        connection.execute("select pg_advisory_xact_lock(%s, %s)", [PROJECT, ProjectLock.SCHEMA])
    except psycopg.errors.LockNotAvailable:
        connection.rollback()
        raise LockHeld(
            f"the schema cannot change under {_others(connection)}: wait for that to end, or stop it, "
            "and run this again; nothing was changed"
        ) from None


def _others(connection: psycopg.Connection[Any]) -> str:
    holders = [str(holder) for holder in lock_holders(connection) if holder.lock == ProjectLock.SCHEMA]
    return ", ".join(holders) or "a process that has just ended"
