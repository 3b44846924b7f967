"""Checks of the roles: their rights, and whether this login is a member of them."""

from collections.abc import Iterator

import psycopg

from scraper.database.roles import Role
from scraper.doctor.check import Check, ok, problem, warning
from scraper.doctor.grants import required_grants

_MEMBERSHIPS = """
select rolname, pg_has_role(current_user, oid, 'member') from pg_roles where rolname = any(%s)
"""
# Finds a table by its oid, because a login without usage on a schema may not name the tables in it.
_TABLE = "(select pg_class.oid from pg_class where relnamespace::regnamespace || '.' || relname = %(name)s)"
_HELD = {
    "schema": "select has_schema_privilege(%(who)s, %(name)s, %(privilege)s)",
    "table": f"select has_table_privilege(%(who)s, {_TABLE}, %(privilege)s)",
    "role": "select coalesce((select pg_has_role(%(who)s, oid, 'usage') from pg_roles where rolname = %(name)s), true)",
    "column": f"select has_column_privilege(%(who)s, {_TABLE}, %(column)s, %(privilege)s)",
}
_MOST_LISTED = 5


def check_rights(connection: psycopg.Connection) -> Iterator[Check]:
    """Check the rights that each job works with: those of its role, else those of this login."""
    login = str(connection.info.user)
    is_member: dict[str, bool] = dict(connection.execute(_MEMBERSHIPS, [[*Role]]).fetchall())
    for role in Role:
        if role not in is_member:
            yield warning(
                "rights",
                f"role {role} is missing, so jobs work with all rights of {login}: as a superuser, "
                f"create role {role} nologin; grant {role} to {login}; then run make doctor again",
            )
        yield from _missing_rights(connection, role, role if role in is_member else login)
    if {Role.CRAWLER, Role.TRANSFORMER} <= set(is_member) and not any(
        is_member[role] for role in (Role.CRAWLER, Role.TRANSFORMER)
    ):
        yield warning(
            "rights",
            f"{login} is not a member of any role, so jobs work with all its rights: as a superuser, "
            f"grant {Role.CRAWLER}, {Role.TRANSFORMER} to {login}",
        )
    yield from _temporary_tables(connection, Role.TRANSFORMER if Role.TRANSFORMER in is_member else login)


def _missing_rights(connection: psycopg.Connection, role: Role, who: str) -> Iterator[Check]:
    missing = []
    for grant in required_grants():
        if grant.role == role:
            query = _HELD["column" if grant.column else grant.kind]
            held = connection.execute(query, {"who": who, **vars(grant)}).fetchone()
            if not (held and held[0]):
                missing.append(grant.statement(psycopg.sql.Identifier(who).as_string(connection)))
    for statement in missing[:_MOST_LISTED]:
        yield problem("rights", f"{who} lacks a right: as the owner of the tables, {statement}")
    if len(missing) > _MOST_LISTED:
        yield problem("rights", f"{who} lacks {len(missing) - _MOST_LISTED} more rights: then run make doctor again")
    if not missing:
        yield ok("rights", f"{who} has all rights of a {role.removeprefix('practice_')}")


def _temporary_tables(connection: psycopg.Connection, who: str) -> Iterator[Check]:
    """Check the right that dbt's merges need. A database restored from a dump has lost it."""
    held = connection.execute("select has_database_privilege(%s, current_database(), 'temporary')", [who]).fetchone()
    if not (held and held[0]):
        names = [psycopg.sql.Identifier(name).as_string(connection) for name in (connection.info.dbname, who)]
        yield problem(
            "rights", f"{who} may not create temporary tables: grant temporary on database {names[0]} to {names[1]}"
        )
