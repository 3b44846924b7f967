"""The schema: whether it is this code's, and what should not lie about in it."""

from collections.abc import Iterator

import psycopg

from scraper.database.migrate import newest_revision, schema_problem
from scraper.doctor.finding import Finding, ok, problem, warning

_LEFT_OVER = r"""
select relnamespace::regnamespace::text || '.' || quote_ident(relname), relkind = 'v'
from pg_class
where
    relname like '%\_\_dbt\_%' and relkind in ('r', 'v')
    and relnamespace::regnamespace::text in ('raw', 'staging', 'intermediate', 'racing', 'analytics')
order by 1
"""

# What dbt replaces has to belong to whom dbt works as. The log of transforms is a table of the migrations.
_OF_ANOTHER_OWNER = """
select count(*), min(oid::regclass::text), min(relowner::regrole::text)
from pg_class
where
    relkind in ('r', 'v') and relnamespace::regnamespace::text in ('staging', 'intermediate', 'analytics')
    and relname <> 'transforms' and relowner <> 'practice_transformer'::regrole
"""
_HAND_OVER = (
    "do $$ declare name text; begin for name in select oid::regclass from pg_class where relkind in ('r', 'v') "
    "and relnamespace::regnamespace::text in ('staging', 'intermediate', 'analytics') and relname <> 'transforms' "
    "loop execute 'alter table ' || name || ' owner to practice_transformer'; end loop; end $$"
)
_WORKS_AS_TRANSFORMER = """
select exists (
    select from pg_roles where rolname = 'practice_transformer' and pg_has_role(current_user, oid, 'member')
)
"""


def check_owners(connection: psycopg.Connection) -> Iterator[Finding]:
    """Relations of dbt that it cannot replace: restored under another owner, or made before there were roles."""
    if connection.execute(_WORKS_AS_TRANSFORMER).fetchone() != (True,):
        return
    number, example, owner = connection.execute(_OF_ANOTHER_OWNER).fetchone() or (0, "", "")
    if number:
        yield problem(
            "rights",
            f"{number} relations like {example} belong to {owner}, so the transform cannot replace them: {_HAND_OVER}",
        )


def check_migrations(connection: psycopg.Connection) -> Iterator[Finding]:
    """Whether the tables are those that this code was written for."""
    wrong = schema_problem(connection)
    yield problem("migrations", wrong) if wrong else ok("migrations", f"at {newest_revision()}, the newest")


def check_left_overs(connection: psycopg.Connection, *, transform_runs: bool) -> Iterator[Finding]:
    """Relations that a killed dbt left behind. A transform that runs now may have some for a moment."""
    for name, is_view in connection.execute(_LEFT_OVER).fetchall() if not transform_runs else []:
        yield warning("left-overs", f"{name} was left by a killed dbt: drop {'view' if is_view else 'table'} {name}")
