"""The version of a day changes with each row that a model of the day shows, wherever that row comes from."""

from collections.abc import Mapping, Set
from typing import Any

import psycopg
import pytest
from psycopg import sql

from scraper.exports.relations import FOLLOW_THEIR_DAY
from tests.support.commands_runner import Commands

_STORED_BENEATH = """
with recursive beneath as (
    select %s::regclass::oid as relation
    union
    select refobjid
    from beneath
    inner join pg_rewrite on ev_class = beneath.relation
    inner join pg_depend on classid = 'pg_rewrite'::regclass and objid = pg_rewrite.oid
    where refclassid = 'pg_class'::regclass
)
select relation::regclass::text from beneath inner join pg_class on relation = pg_class.oid where relkind = 'r'
"""
_COLUMNS = """
select attname::text, format_type(atttypid, null)
from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped
"""
_ROWS_OF_DAYS = """
select event_id, md5(string_agg(model::text, '|' order by model::text))
from analytics.{model} as model
group by event_id
"""
# Another value of each type.
_OTHERWISE = {
    "text": "{} || '?'",
    "text[]": "{} || array['?']",
    "boolean": "not {}",
    "date": "{} + 1",
    "time without time zone": "{} + interval '1 minute'",
    "timestamp without time zone": "{} + interval '1 day'",
    "timestamp with time zone": "{} + interval '1 day'",
    "interval": "{} + interval '1 minute'",
    "jsonb": """{} || '{{"other": 1}}'""",
    "uuid": "md5({}::text)::uuid",
    **dict.fromkeys(("smallint", "integer", "bigint", "numeric", "double precision"), "{} + 1"),
}
KNOWN = (
    *(f"racing.{name}" for name in ("tracks", "events", "races", "race_drivers", "race_results", "laps")),
    *(f"analytics.{name}" for name in ("driver_people", "day_reconciliation", "class_day_bests")),
    "intermediate.class_aliases",
)


def days_of(connection: psycopg.Connection, model: str) -> Mapping[Any, str]:
    """What a model shows of each day."""
    return dict(connection.execute(_ROWS_OF_DAYS.format(model=model).encode()).fetchall())


def versions_of(connection: psycopg.Connection) -> Mapping[Any, int]:
    return dict(connection.execute("select event_id, version from analytics.day_versions").fetchall())


def differing(before: Mapping[Any, object], after: Mapping[Any, object]) -> Set[Any]:
    return {day for day in before.keys() | after.keys() if before.get(day) != after.get(day)}


def changes_of(connection: psycopg.Connection, table: str) -> Mapping[str, str]:
    """Statements that change a table: each of its columns, and a row that goes."""
    columns = connection.execute(_COLUMNS, [table]).fetchall()
    quoted = {name: sql.Identifier(name).as_string(connection) for name, _ in columns}
    updates = {
        name: f"update {table} set {quoted[name]} = {_OTHERWISE[sql_type].format(quoted[name])}"
        for name, sql_type in columns
    }
    return {**updates, "a row": f"delete from {table} where ctid = (select min(ctid) from {table})"}


def stored_beneath(connection: psycopg.Connection, name: str) -> Set[str]:
    return {table for (table,) in connection.execute(_STORED_BENEATH, [f"analytics.{name}"])}


@pytest.mark.parametrize("model", sorted(FOLLOW_THEIR_DAY))
def test_a_model_that_follows_its_day_stands_on_nothing_that_the_version_does_not_know(
    warehouse: Commands, model: str
) -> None:
    with psycopg.connect(warehouse.database.conninfo) as connection:
        known = stored_beneath(connection, "day_versions")
        assert {"racing.laps", "intermediate.class_aliases"} <= known
        assert stored_beneath(connection, model) <= known


@pytest.mark.parametrize("table", KNOWN)
def test_whatever_changes_the_rows_of_a_day_changes_its_version(warehouse: Commands, table: str) -> None:
    with (
        psycopg.connect(warehouse.database.conninfo, autocommit=True) as connection,
        connection.transaction() as all_of,
    ):
        connection.execute("insert into intermediate.class_aliases values ('1/10 open', 'Open')")
        versions = versions_of(connection)
        shown = {model: days_of(connection, model) for model in FOLLOW_THEIR_DAY}
        tried = 0
        for what, statement in changes_of(connection, table).items():
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(statement.encode())
                    tried += 1
                    changed = differing(versions, versions_of(connection))
                    for model, before in shown.items():
                        shows = differing(before, days_of(connection, model)) & versions.keys()
                        assert shows <= changed, (what, model)
            except psycopg.errors.IntegrityError:
                continue  # a key, which the database keeps as it is
        assert tried > 0
        raise psycopg.Rollback(all_of)


def test_all_that_the_version_stands_on_is_tried(warehouse: Commands) -> None:
    with psycopg.connect(warehouse.database.conninfo) as connection:
        assert stored_beneath(connection, "day_versions") == set(KNOWN)
