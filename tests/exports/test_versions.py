"""The version of a day changes with every row that a model shows for it, whichever table the row comes from."""

from collections.abc import Mapping, Set
from typing import Any

import psycopg
import pytest
from psycopg import sql

from scraper.exports.relations import VERSIONED_BY_DAY
from tests.support.commands_runner import Commands

_TABLES_READ = """
with recursive dependencies as (
    select %s::regclass::oid as relation
    union
    select refobjid
    from dependencies
    inner join pg_rewrite on ev_class = dependencies.relation
    inner join pg_depend on classid = 'pg_rewrite'::regclass and objid = pg_rewrite.oid
    where refclassid = 'pg_class'::regclass
)
select relation::regclass::text from dependencies inner join pg_class on relation = pg_class.oid where relkind = 'r'
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
# An expression for another value, by type.
_OTHER_VALUE = {
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
_LEFT_OUT_LAP = """
insert into intermediate.int_sessions__left_out_laps (event_id, race_result_id, lap_number, reason)
select races.event_id, race_results.id, 1, 'cut'
from racing.races
inner join racing.race_results on races.id = race_results.race_id
limit 1
"""
COVERED = (
    *(f"racing.{name}" for name in ("tracks", "events", "races", "race_drivers", "race_results", "laps")),
    *(f"analytics.{name}" for name in ("driver_people", "day_reconciliation", "class_day_bests")),
    "intermediate.class_aliases",
    "intermediate.seed_rows",
    "intermediate.int_sessions__left_out_laps",
)


def days_of(connection: psycopg.Connection, model: str) -> Mapping[Any, str]:
    """The rows of a model by day, as hashes."""
    return dict(connection.execute(_ROWS_OF_DAYS.format(model=model).encode()).fetchall())


def versions_of(connection: psycopg.Connection) -> Mapping[Any, int]:
    return dict(connection.execute("select event_id, version from analytics.day_versions").fetchall())


def differing(before: Mapping[Any, object], after: Mapping[Any, object]) -> Set[Any]:
    return {day for day in before.keys() | after.keys() if before.get(day) != after.get(day)}


def changes_of(connection: psycopg.Connection, table: str) -> Mapping[str, str]:
    """Statements that change a table: an update of each column, and a deleted row."""
    columns = connection.execute(_COLUMNS, [table]).fetchall()
    quoted = {name: sql.Identifier(name).as_string(connection) for name, _ in columns}
    updates = {
        name: f"update {table} set {quoted[name]} = {_OTHER_VALUE[sql_type].format(quoted[name])}"
        for name, sql_type in columns
    }
    return {**updates, "a row": f"delete from {table} where ctid = (select min(ctid) from {table})"}


def tables_read_by(connection: psycopg.Connection, name: str) -> Set[str]:
    return {table for (table,) in connection.execute(_TABLES_READ, [f"analytics.{name}"])}


@pytest.mark.parametrize("model", sorted(VERSIONED_BY_DAY))
def test_a_model_versioned_by_day_reads_only_tables_that_the_version_covers(warehouse: Commands, model: str) -> None:
    with psycopg.connect(warehouse.database.conninfo) as connection:
        known = tables_read_by(connection, "day_versions")
        assert {"racing.laps", "intermediate.class_aliases"} <= known
        assert tables_read_by(connection, model) <= known


@pytest.mark.parametrize("table", COVERED)
def test_a_change_of_the_rows_of_a_day_changes_its_version(warehouse: Commands, table: str) -> None:
    with (
        psycopg.connect(warehouse.database.conninfo, autocommit=True) as connection,
        connection.transaction() as all_changes,
    ):
        connection.execute("insert into intermediate.class_aliases values ('1/10 open', 'Open')")
        connection.execute(_LEFT_OUT_LAP)
        versions = versions_of(connection)
        shown = {model: days_of(connection, model) for model in VERSIONED_BY_DAY}
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
                continue  # a constraint forbids the change
        assert tried > 0
        raise psycopg.Rollback(all_changes)


def test_every_table_that_the_version_covers_is_tested(warehouse: Commands) -> None:
    with psycopg.connect(warehouse.database.conninfo) as connection:
        assert tables_read_by(connection, "day_versions") == set(COVERED)
