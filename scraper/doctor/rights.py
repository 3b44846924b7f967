"""What the roles may do, and whether this login may take them on."""

from collections.abc import Iterator

import psycopg

from scraper.doctor.finding import Finding, ok, problem, warning
from scraper.doctor.grants import CRAWLER, ROLES, TRANSFORMER, required_grants

_MEMBERSHIPS = """
select rolname, pg_has_role(current_user, oid, 'member') from pg_roles where rolname = any(%s)
"""
# By number, since a login without a right to the schema may not even name what is in it.
_TABLE = "(select pg_class.oid from pg_class where relnamespace::regnamespace || '.' || relname = %(name)s)"
_HELD = {
    "schema": "select has_schema_privilege(%(who)s, %(name)s, %(privilege)s)",
    "table": f"select has_table_privilege(%(who)s, {_TABLE}, %(privilege)s)",
    "column": f"select has_column_privilege(%(who)s, {_TABLE}, %(column)s, %(privilege)s)",
}
_MOST_NAMED = 5


def check_rights(connection: psycopg.Connection) -> Iterator[Finding]:
    """For crawl, transform and readers: as whom they work, and every right that is missing there."""
    login = str(connection.info.user)
    is_member: dict[str, bool] = dict(connection.execute(_MEMBERSHIPS, [list(ROLES)]).fetchall())
    for role in ROLES:
        if role not in is_member:
            yield warning(
                "rights",
                f"there is no role {role}, so {login} works with all its rights: let a superuser run "
                f"create role {role} nologin; grant {role} to {login}; and make doctor again",
            )
        yield from _missing(connection, role, role if role in is_member else login)
    if {CRAWLER, TRANSFORMER} <= set(is_member) and not (is_member[CRAWLER] or is_member[TRANSFORMER]):
        yield warning(
            "rights",
            f"{login} has none of the roles and works with its own rights: better, as a superuser, "
            f"grant {CRAWLER}, {TRANSFORMER} to {login}",
        )
    yield from _temporary(connection, TRANSFORMER if TRANSFORMER in is_member else login)


def _missing(connection: psycopg.Connection, role: str, who: str) -> Iterator[Finding]:
    missing = []
    for grant in required_grants():
        if grant.role == role:
            question = _HELD["column" if grant.column else grant.kind]
            held = connection.execute(question, {"who": who, **vars(grant)}).fetchone()
            if not (held and held[0]):
                missing.append(grant.statement(psycopg.sql.Identifier(who).as_string(connection)))
    for statement in missing[:_MOST_NAMED]:
        yield problem("rights", f"{who} lacks a right; as the owner of the tables: {statement}")
    if len(missing) > _MOST_NAMED:
        yield problem("rights", f"{who} lacks {len(missing) - _MOST_NAMED} rights more: make doctor again afterwards")
    if not missing:
        yield ok("rights", f"{who} has what {role.removeprefix('practice_')}s need")


def _temporary(connection: psycopg.Connection, who: str) -> Iterator[Finding]:
    """dbt gathers in temporary tables what it merges. A database restored from a dump has lost this grant."""
    held = connection.execute("select has_database_privilege(%s, current_database(), 'temporary')", [who]).fetchone()
    if not (held and held[0]):
        names = [psycopg.sql.Identifier(name).as_string(connection) for name in (connection.info.dbname, who)]
        yield problem(
            "rights", f"{who} may not make temporary tables: grant temporary on database {names[0]} to {names[1]}"
        )
