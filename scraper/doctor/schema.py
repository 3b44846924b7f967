"""Checks of the schema: its migration, and relations that do not belong in it."""

from collections.abc import Iterator

import psycopg

from scraper.database.migrate import newest_revision, schema_problem
from scraper.database.roles import Role
from scraper.database.tables import metadata
from scraper.doctor.check import Check, ok, problem, warning

_LEFTOVERS = r"""
select relnamespace::regnamespace::text || '.' || quote_ident(relname), relkind = 'v'
from pg_class
where
    relname like '%\_\_dbt\_%' and relkind in ('r', 'v')
    and relnamespace::regnamespace::text in ('raw', 'staging', 'intermediate', 'racing', 'analytics')
order by 1
"""

# dbt can replace only what its role owns. Migrations own some tables of `intermediate` and `analytics`.
_OF_ANOTHER_OWNER = """
select count(*), min(oid::regclass::text), min(relowner::regrole::text)
from pg_class
where
    relkind in ('r', 'v') and relnamespace::regnamespace::text in ('staging', 'intermediate', 'analytics')
    and relname <> all(%s) and relowner::regrole::text <> %s
"""
_OWNED_BY_MIGRATIONS = [
    table.name for table in metadata.tables.values() if table.schema in ("intermediate", "analytics")
]
_CHANGE_OWNER = (  # printed, never sent
    "do $$ declare name text; begin for name in select oid::regclass from pg_class where relkind in ('r', 'v') "  # noqa: S608
    "and relnamespace::regnamespace::text in ('staging', 'intermediate', 'analytics') "
    f"and relname not in ({', '.join(map(repr, _OWNED_BY_MIGRATIONS))}) "
    "loop execute 'alter table ' || name || ' owner to practice_transformer'; end loop; end $$"
)
_IS_TRANSFORMER = "select exists (select from pg_roles where rolname = %s and pg_has_role(current_user, oid, 'member'))"


def check_owners(connection: psycopg.Connection) -> Iterator[Check]:
    """Find relations of dbt with another owner: restored from a dump, or made before the roles existed."""
    if connection.execute(_IS_TRANSFORMER, [Role.TRANSFORMER]).fetchone() != (True,):
        return
    parameters = [_OWNED_BY_MIGRATIONS, Role.TRANSFORMER]
    number, example, owner = connection.execute(_OF_ANOTHER_OWNER, parameters).fetchone() or (0, "", "")
    if number:
        yield problem(
            "rights",
            f"{number} relations such as {example} belong to {owner}, so the transform cannot replace them: "
            f"{_CHANGE_OWNER}",
        )


def check_migrations(connection: psycopg.Connection) -> Iterator[Check]:
    """Check that the tables are those that this code needs."""
    wrong = schema_problem(connection)
    yield problem("migrations", wrong) if wrong else ok("migrations", f"at {newest_revision()}, the newest")


def check_leftovers(connection: psycopg.Connection, *, transform_is_running: bool) -> Iterator[Check]:
    """Find temporary relations of a killed dbt. A running transform has some of its own for a moment."""
    for name, is_view in connection.execute(_LEFTOVERS).fetchall() if not transform_is_running else []:
        yield warning("leftovers", f"{name} is left from a killed dbt: drop {'view' if is_view else 'table'} {name}")
