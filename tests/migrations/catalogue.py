"""What a database's own schemas hold, by the server's catalogue: to see that two schemas are the same."""

import psycopg
from sqlalchemy import MetaData, Table

from scraper.database.connection import Database
from scraper.database.migrate import newest_revision, revision_of

_SCHEMAS = "('raw', 'staging', 'intermediate', 'racing', 'analytics', 'jobs')"

_QUERIES = {
    "schemas": f"select nspname, nspacl::text from pg_namespace where nspname in {_SCHEMAS}",
    "relations": f"""
        select relnamespace::regnamespace::text, relname, relkind::text, relacl::text
        from pg_class where relnamespace::regnamespace::text in {_SCHEMAS}
    """,
    "columns": f"""
        select attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attacl::text
        from pg_attribute inner join pg_class on attrelid = pg_class.oid
        where relnamespace::regnamespace::text in {_SCHEMAS} and attnum > 0 and not attisdropped
    """,
    "constraints": f"""
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        from pg_constraint where connamespace::regnamespace::text in {_SCHEMAS} and contype <> 'n'
    """,
    "functions": f"""
        select proname, pg_get_functiondef(oid) from pg_proc where pronamespace::regnamespace::text in {_SCHEMAS}
    """,
    "triggers": "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    "defaults": """
        select defaclrole::regrole::text, defaclnamespace::regnamespace::text, defaclacl::text from pg_default_acl
    """,
}

Catalogue = dict[str, set[tuple[object, ...]]]


def catalogue(database: Database) -> Catalogue:
    """Everything that migrations make, with rights and definitions, and the revision that the database names."""
    with psycopg.connect(database.conninfo) as connection:
        found: Catalogue = {kind: set(connection.execute(query).fetchall()) for kind, query in _QUERIES.items()}
        return {**found, "revision": {(revision_of(connection),)}}


def is_at_head(database: Database) -> bool:
    """Whether the schema is the newest."""
    with psycopg.connect(database.conninfo) as connection:
        return revision_of(connection) == newest_revision()


def named_constraints(metadata: MetaData) -> set[tuple[str, str]]:
    """Table and name of every constraint in the metadata."""
    tables: list[Table] = list(metadata.tables.values())
    return {(table.fullname, str(constraint.name)) for table in tables for constraint in table.constraints}
