"""Connections of the web server, and how the server plans their statements."""

from collections.abc import Iterator

import pytest

from service.web.pools import Connection, Pools, day_snapshot, opened
from tests.support.commands_runner import Commands

_PLANS = "select custom_plans, generic_plans from pg_prepared_statements where statement ~ 'as asked'"


@pytest.fixture(scope="module")
def pools(derived_season: Commands) -> Iterator[Pools]:
    with opened(derived_season.database) as pools:
        yield pools


def _plans_of_three(connection: Connection) -> tuple[int, int]:
    """Custom and generic plans of a statement that is sent three times."""
    for _ in range(3):
        connection.execute("select 1 as asked where %s::int = 1", [1])
    custom, generic = connection.execute(_PLANS).fetchone() or (0, 0)
    return custom, generic


def test_a_search_is_planned_for_what_it_searches(pools: Pools) -> None:
    with pools.readers.connection() as connection:
        assert _plans_of_three(connection) == (3, 0)


def test_the_statements_for_a_day_are_planned_once_for_all_days(pools: Pools) -> None:
    with day_snapshot(pools) as connection:
        _, generic = _plans_of_three(connection)
    assert generic == 3
