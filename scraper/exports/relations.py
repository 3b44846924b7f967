"""The relations to export, read from the database's catalogue, so a new table, view or column needs no change here.

They are all of `racing` and `analytics` but `day_versions`, which the export itself uses, and `month_pages` and
`track_reads`, which say when a month page was read and so change with every crawl.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from scraper.exports.arrow_types import Column

# The models of `analytics` whose rows of a day change only when `analytics.day_versions` does, as all of `racing` do.
# tests/exports/test_versions.py checks the list. A model that is not listed, such as a new one, is read whole.
VERSIONED_BY_DAY = {
    *("sessions", "class_leaderboard", "driver_days", "stints", "lap_flags"),
    *("session_reconciliation", "class_reconciliation", "day_reconciliation", "class_day_bests"),
}

_COLUMNS = """
select
    nspname,
    relname,
    array_agg(attname::text order by attnum),
    array_agg(format_type(atttypid, atttypmod) order by attnum)
from pg_class
inner join pg_namespace on relnamespace = pg_namespace.oid
inner join pg_attribute on attrelid = pg_class.oid
where
    nspname in ('racing', 'analytics') and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped
    and relname not in ('day_versions', 'month_pages', 'track_reads')
group by nspname, relname
order by nspname desc, relname
"""
_KEYS = """
select nspname, relname, array_agg(attname::text order by array_position(conkey, attnum))
from pg_constraint
inner join pg_class on conrelid = pg_class.oid
inner join pg_namespace on relnamespace = pg_namespace.oid
inner join pg_attribute on attrelid = conrelid and attnum = any(conkey)
where contype = 'p' and nspname in ('racing', 'analytics')
group by nspname, relname
"""
_REFERENCES = """
select child.relname, child_column.attname, parent.relname, parent_column.attname
from pg_constraint
inner join pg_class as child on conrelid = child.oid
inner join pg_class as parent on confrelid = parent.oid
inner join pg_attribute as child_column on child_column.attrelid = conrelid and child_column.attnum = conkey[1]
inner join pg_attribute as parent_column on parent_column.attrelid = confrelid and parent_column.attnum = confkey[1]
where contype = 'f' and connamespace = 'racing'::regnamespace
order by child.relname, conkey
"""
# Each view with all views that it is built on.
_DEFINITIONS = """
with recursive views as (
    select oid as top, oid as view from pg_class
    where relkind = 'v' and relnamespace in ('racing'::regnamespace, 'analytics'::regnamespace)
    union
    select views.top, read_view.oid
    from views
    inner join pg_rewrite on ev_class = views.view
    inner join pg_depend on classid = 'pg_rewrite'::regclass and objid = pg_rewrite.oid
    inner join pg_class as read_view on refclassid = 'pg_class'::regclass and refobjid = read_view.oid
    where read_view.relkind = 'v'
)
select nspname, relname, string_agg(pg_get_viewdef(view), ' ' order by view::regclass::text)
from views
inner join pg_class on top = pg_class.oid
inner join pg_namespace on relnamespace = pg_namespace.oid
group by nspname, relname
"""


@dataclass(frozen=True)
class Reference:
    """A column that refers to a row of another table of `racing`."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class Relation:
    """A table or view to export. `path_to_day` leads from its rows to `racing.events`; None where rows have no day."""

    schema: str
    name: str
    columns: Sequence[Column]
    primary_key: Sequence[str]
    path_to_day: Sequence[Reference] | None
    views: str

    @property
    def full_name(self) -> str:
        """The name in SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def is_versioned_by_day(self) -> bool:
        """Whether its rows of a day change only when the day's version does."""
        return self.schema == "racing" or self.name in VERSIONED_BY_DAY

    @property
    def definition(self) -> str:
        """A hash of its columns and of the views that it is built on, since a new definition may change every row."""
        return hashlib.sha256(repr((self.columns, self.views)).encode()).hexdigest()

    def query(self, event_id: UUID | None) -> sql.Composable:
        """Select the rows of a day, or all rows, always in the same order."""
        condition = sql.SQL("true") if event_id is None else _of_day(self.path_to_day or (), sql.Literal(event_id))
        order = [sql.Identifier(name) for name in self.primary_key] or [sql.Identifier("exported")]
        return sql.SQL("select {} from {} as exported where {} order by {}").format(
            sql.SQL(", ").join(column.selected for column in self.columns),
            sql.Identifier(self.schema, self.name),
            condition,
            sql.SQL(", ").join(order),
        )


def relations(connection: psycopg.Connection[Any]) -> Sequence[Relation]:
    """Return all tables and views of `racing` and `analytics`."""
    keys = {(schema, name): key for schema, name, key in connection.execute(_KEYS)}
    views = {(schema, name): text for schema, name, text in connection.execute(_DEFINITIONS)}
    references: dict[str, list[Reference]] = {}
    for child, *reference in connection.execute(_REFERENCES):
        references.setdefault(child, []).append(Reference(*reference))
    return [
        Relation(
            schema,
            name,
            columns := [Column(*column) for column in zip(names, types, strict=True)],
            keys.get((schema, name), ()),
            _path_to_day(name, references) if schema == "racing" else _day_column(columns),
            views.get((schema, name), ""),
        )
        for schema, name, names, types in connection.execute(_COLUMNS)
    ]


def _path_to_day(table: str, references: Mapping[str, Sequence[Reference]]) -> Sequence[Reference] | None:
    if table == "events":
        return ()
    for reference in references.get(table, ()):
        path = _path_to_day(reference.table, references)
        if path is not None:
            return (reference, *path)
    return None


def _day_column(columns: Sequence[Column]) -> Sequence[Reference] | None:
    """Return the path of a model of `analytics`: one that has days has a column `event_id`."""
    has_day = any(column.name == "event_id" for column in columns)
    return (Reference("event_id", "events", "id"),) if has_day else None


def _of_day(path: Sequence[Reference], event_id: sql.Literal) -> sql.Composable:
    if not path:
        return sql.SQL("id = {}").format(event_id)
    reference, *rest = path
    column = sql.Identifier(reference.column)
    if not rest:
        return sql.SQL("{} = {}").format(column, event_id)
    return sql.SQL("{} in (select {} from {} where {})").format(
        column, sql.Identifier(reference.key), sql.Identifier("racing", reference.table), _of_day(rest, event_id)
    )
