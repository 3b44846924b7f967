"""The catalogue of the schemas, as rows to compare."""

from typing import Any

import psycopg

_CATALOGUE = """
select 'relation', relnamespace::regnamespace::text, relname::text, relkind::text, oid::bigint::text, relacl::text
from pg_class
where relnamespace::regnamespace::text in ('raw', 'staging', 'intermediate', 'racing', 'analytics')
union all
select 'constraint', connamespace::regnamespace::text, conname::text, contype::text, pg_get_constraintdef(oid), null
from pg_constraint
where connamespace::regnamespace::text in ('raw', 'racing', 'analytics')
order by 1, 2, 3
"""


def catalogue(connection: psycopg.Connection[Any]) -> list[tuple[object, ...]]:
    """Relations with their identity and grants, and constraints with their definition."""
    return connection.execute(_CATALOGUE).fetchall()
