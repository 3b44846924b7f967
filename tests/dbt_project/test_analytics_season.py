"""Every column of every row of the `analytics` models, compared with the expected rows of the sample season."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.expected.analytics import EXPECTED
from tests.expected.analytics.session_facts import grouped, session_facts
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
    "left_out_laps": ("race_result_id", "lap_number"),
    "class_day_bests": ("event_id", "class_name"),
    "class_records": ("track_slug", "class_name", "period", "period_start"),
    "track_activity": ("track_slug", "month"),
    "personal_bests": ("person_id", "track_slug", "class_name", "practice_date"),
    "day_ingests": ("event_id",),
    "day_comparison": ("event_id", "class_name"),
    "track_pace_by_hour": ("track_slug", "hour"),
    "driver_people": ("id",),
    "people": ("person_id",),
    "person_candidates": ("track_slug", "normalized_name", "other_normalized_name"),
    "day_reconciliation": ("event_id",),
    "class_reconciliation": ("event_id", "class_name"),
    "session_reconciliation": ("race_id",),
}


@pytest.fixture
def rows(derived_season: Commands) -> Iterator[Rows]:
    """Return the rows of a query."""
    with psycopg.connect(derived_season.database.conninfo, row_factory=dict_row, autocommit=True) as connection:
        yield lambda query: connection.execute(query.encode()).fetchall()


def keyed(rows: Sequence[Row], key: Sequence[str]) -> dict[tuple[Any, ...], Row]:
    """Return the rows by their key, which must be unique."""
    found = {tuple(row[column] for column in key): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("model", EXPECTED)
def test_a_model_has_the_expected_rows(rows: Rows, model: str) -> None:
    found, expected = rows(f"select * from analytics.{model}"), EXPECTED[model](DRIVEN)
    assert {frozenset(row) for row in found} == {frozenset(row) for row in expected}
    assert differences({model: keyed(found, GRAINS[model])}, {model: keyed(expected, GRAINS[model])}) == []


def test_no_person_is_mistaken_for_another(rows: Rows) -> None:
    """The season knows who really drove, which the pages do not always show."""
    drivers = {each.session_id: each.session.person for each in DRIVEN}
    known = rows("select session_id, person_id from analytics.sessions where person_id is not null")
    pairs = {(row["person_id"], drivers[row["session_id"]]) for row in known}
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
            },
        ),
        (
            "lap_flags",
            "flag",
            {
                *("suspected_cut", "fast_outlier", "slow_outlier", "suspected_crash", "missed_reading"),
                "suspected_stop",
            },
        ),
        ("day_reconciliation", "verdict", {"complete"}),
        ("session_reconciliation", "matching_laps", {"both", "valid laps"}),
    ],
)
def test_the_season_has_every_case(rows: Rows, model: str, column: str, values: set[str]) -> None:
    assert {row[column] for row in rows(f"select distinct {column} from analytics.{model}")} == values


@pytest.mark.parametrize("model", ["sessions", "class_leaderboard", "driver_days", "stints", "lap_flags"])
@pytest.mark.parametrize("by", ["track and day", "array of days"])
def test_a_query_for_a_day_reads_only_the_laps_of_that_day(derived_season: Commands, model: str, by: str) -> None:
    day = next(day for day in SEASON.days() if day.track.slug == "wattlegrove")
    condition = {
        "track and day": f"track_slug = '{day.track.slug}' and practice_date = '{day.date}'",
        "array of days": "event_id = any(array(select id from racing.events where source_event_id"
        f" = '{day.track.slug}-practice-{day.date}'))",
    }[by]
    least, most = laps_read(derived_season, f"select * from analytics.{model} where {condition}")
    assert least <= sum(len(session.laps) for session in day.sessions) <= most


@pytest.mark.parametrize("model", ["sessions", "person_days"])
def test_a_query_for_a_person_reads_only_the_laps_of_that_person(derived_season: Commands, model: str) -> None:
    known = [each for each in DRIVEN if each.person]
    (person, _), *_ = Counter(each.racer_id for each in known).most_common()
    own = sum(len(each.session.laps) for each in known if each.racer_id == person)
    least, most = laps_read(derived_season, f"select * from analytics.{model} where person_id = '{person}'")
    assert least <= own <= most


def test_the_days_of_people_are_those_of_their_racers(rows: Rows) -> None:
    people = EXPECTED["driver_days"](DRIVEN)
    columns = ("event_id", "class_name", "person_id", "sessions", "laps", "best_lap", "best_consistency", "improvement")
    expected = {tuple(row[column] for column in columns) for row in people if row["person_id"] is not None}
    found = rows("select * from analytics.person_days")
    assert {tuple(row[column] for column in columns) for row in found} == expected
    bests = {row["race_id"]: row["best_lap"] for row in rows("select race_id, best_lap from analytics.sessions")}
    assert all(bests[row["race_id"]] == row["best_lap"] for row in found if row["best_lap"] is not None)


@pytest.mark.parametrize("by", ["person", "array of people"])
def test_a_query_for_the_bests_of_a_person_reads_only_the_laps_of_the_person(derived_season: Commands, by: str) -> None:
    person = max(grouped(DRIVEN, "person").items(), key=lambda own: len(own[1]) if own[0][0] else 0)[1]
    condition = {"person": "= '{}'", "array of people": "= any('{{{}}}')"}[by].format(person[0].racer_id)
    least, most = laps_read(derived_season, f"select * from analytics.personal_bests where person_id {condition}")
    assert least <= sum(len(each.session.laps) for each in person) <= most


def laps_read(derived_season: Commands, query: str) -> tuple[float, float]:
    """Return the lowest and highest number of rows of `laps` that a query may have read."""
    with psycopg.connect(derived_season.database.conninfo) as connection:
        connection.execute("analyze")  # autovacuum would, sooner or later
        # On a small table PostgreSQL prefers to read all rows. Disabled, it has to show that it can use the indexes.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(f"set local enable_{way} = off".encode())
        (plan,) = connection.execute(f"explain (analyze, format json) {query}".encode()).fetchone() or ([],)
    return laps_read_by(plan[0]["Plan"])


def laps_read_by(plan: dict[str, Any]) -> tuple[float, float]:
    """Return the lowest and highest number of rows of `laps` that the plan may have read over all loops.

    PostgreSQL prints the mean of the loops, and before version 18 rounds it to a whole number.
    """
    parts = [laps_read_by(part) for part in plan.get("Plans", [])]
    if plan.get("Relation Name") == "laps":
        rows, loops = plan["Actual Rows"], plan["Actual Loops"]
        parts.append(((rows - 0.5) * loops, (rows + 0.5) * loops))
    return sum(least for least, _ in parts), sum(most for _, most in parts)
