"""The models of `analytics`, every column of every row compared with what the sample season knows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.expected.analytics import EXPECTED
from tests.expected.analytics.session_facts import session_facts
from tests.expected.natural_keys import Row
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON
from tests.support.final_schema import differences

Rows = Callable[[str], list[dict[str, Any]]]

DRIVEN = session_facts(SEASON.days())
GRAINS = {
    "sessions": ("race_id",),
    "stints": ("event_id", "racer_id", "stint_of_day"),
    "class_leaderboard": ("event_id", "class_name", "racer_id"),
    "driver_days": ("event_id", "class_name", "racer_id"),
    "lap_flags": ("race_result_id", "lap_number"),
    "class_day_bests": ("event_id", "class_name"),
    "class_records": ("track_slug", "class_name", "period", "period_start"),
    "track_activity": ("track_slug", "month"),
    "driver_people": ("id",),
    "people": ("person_id",),
    "person_candidates": ("track_slug", "normalized_name", "other_normalized_name"),
    "day_reconciliation": ("event_id",),
    "class_reconciliation": ("event_id", "class_name"),
    "session_reconciliation": ("race_id",),
}


@pytest.fixture
def rows(derived_season: Commands) -> Iterator[Rows]:
    """What a query finds."""
    with psycopg.connect(derived_season.database.conninfo, row_factory=dict_row, autocommit=True) as connection:
        yield lambda query: connection.execute(query.encode()).fetchall()


def keyed(rows: Sequence[Row], key: Sequence[str]) -> dict[tuple[Any, ...], Row]:
    """Rows by their key, which must be one."""
    found = {tuple(row[column] for column in key): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("model", EXPECTED)
def test_a_model_is_what_the_season_knows(rows: Rows, model: str) -> None:
    found, expected = rows(f"select * from analytics.{model}"), EXPECTED[model](DRIVEN)
    assert {frozenset(row) for row in found} == {frozenset(row) for row in expected}
    assert differences({model: keyed(found, GRAINS[model])}, {model: keyed(expected, GRAINS[model])}) == []


def test_the_season_tells_every_model_but_a_hash(rows: Rows) -> None:
    models = rows(
        "select relname from pg_class where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v')"
    )
    assert {row["relname"] for row in models} - EXPECTED.keys() == {"day_versions"}


def test_nobody_is_taken_for_another_one(rows: Rows) -> None:
    """What the pages hide, the season knows: who drove in truth."""
    really = {each.session_id: each.session.person for each in DRIVEN}
    known = rows("select session_id, person_id from analytics.sessions where person_id is not null")
    pairs = {(row["person_id"], really[row["session_id"]]) for row in known}
    assert len(pairs) == len({person_id for person_id, _ in pairs}) > 0


@pytest.mark.parametrize(
    ("model", "column", "values"),
    [
        (
            "driver_people",
            "rule",
            {
                "same_name",
                "same_transponder",
                "named_transponder",
                "shared_transponder",
                "never_named",
                "placeholder_transponder",
            },
        ),
        ("lap_flags", "flag", {"suspected_cut", "fast_outlier", "slow_outlier", "suspected_crash", "suspected_stop"}),
        ("day_reconciliation", "verdict", {"complete"}),
        ("session_reconciliation", "matching_laps", {"both", "valid laps"}),
    ],
)
def test_the_season_has_every_case(rows: Rows, model: str, column: str, values: set[str]) -> None:
    assert {row[column] for row in rows(f"select distinct {column} from analytics.{model}")} == values


def test_readers_see_every_model(derived_season: Commands) -> None:
    with psycopg.connect(derived_season.database.conninfo) as connection:
        models = connection.execute(
            "select relname from pg_class where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v')"
        ).fetchall()
        connection.execute("set role practice_reader")
        for (model,) in models:
            assert connection.execute(f"select count(*) from analytics.{model}".encode()).fetchone() != (0,), model


@pytest.mark.parametrize("model", ["sessions", "class_leaderboard", "driver_days", "stints", "lap_flags"])
@pytest.mark.parametrize("by", ["track and day", "array of days"])
def test_a_question_about_a_day_reads_no_laps_but_that_days(derived_season: Commands, model: str, by: str) -> None:
    day = next(day for day in SEASON.days() if day.track.slug == "wattlegrove")
    condition = {
        "track and day": f"track_slug = '{day.track.slug}' and practice_date = '{day.date}'",
        "array of days": "event_id = any(array(select id from racing.events where source_event_id"
        f" = '{day.track.slug}-practice-{day.date}'))",
    }[by]
    with psycopg.connect(derived_season.database.conninfo) as connection:
        # On few rows PostgreSQL would rather read all of them: it shall show what it can do.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(f"set local enable_{way} = off".encode())
        explained = f"explain (analyze, format json) select * from analytics.{model} where {condition}"
        (plan,) = connection.execute(explained.encode()).fetchone() or ([],)
    # lap_flags reads them for the flags and for the sessions' figures.
    times = 2 if model == "lap_flags" else 1
    least, most = laps_read(plan[0]["Plan"])
    assert least <= times * sum(len(session.laps) for session in day.sessions) <= most


def laps_read(plan: dict[str, Any]) -> tuple[float, float]:
    """How many rows of `laps` the plan has read over all loops, at least and at most.

    PostgreSQL prints the mean of the loops, before version 18 as a whole number.
    """
    parts = [laps_read(part) for part in plan.get("Plans", [])]
    if plan.get("Relation Name") == "laps":
        rows, loops = plan["Actual Rows"], plan["Actual Loops"]
        parts.append(((rows - 0.5) * loops, (rows + 0.5) * loops))
    return sum(least for least, _ in parts), sum(most for _, most in parts)
