"""What the version of a day knows is what the views stand on whose days are read by it."""

from collections.abc import Set

import psycopg
import pytest

from scraper.exports.catalogue import FOLLOW_THEIR_DAY
from tests.commands_runner import Commands

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
