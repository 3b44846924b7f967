"""The PostgreSQL roles of the project. SECURITY.md says what each of them may do."""

from enum import StrEnum
from typing import Any

import psycopg


class Role(StrEnum):
    """A role that jobs work as. Migrations create the roles and grant their rights."""

    CRAWLER = "practice_crawler"
    TRANSFORMER = "practice_transformer"
    READER = "practice_reader"
    SERVICE = "practice_service"


# Returns no row, and changes nothing, where the role does not exist or this login is not a member of it.
_ASSUME = """
select set_config('role', rolname, false) from pg_roles
where rolname = %s and pg_has_role(current_user, oid, 'member')
"""


def assume(connection: psycopg.Connection[Any], role: Role) -> bool:
    """Drop all rights but those of `role` on this connection.

    Returns False, without effect, where the database has no such role or the login is not a member of it.
    """
    return connection.execute(_ASSUME, [role]).fetchone() is not None


async def assume_async(connection: psycopg.AsyncConnection[Any], role: Role) -> bool:
    """Do the same as `assume` on an asynchronous connection."""
    return await (await connection.execute(_ASSUME, [role])).fetchone() is not None
