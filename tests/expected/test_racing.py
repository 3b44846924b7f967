"""The expected rows fit the final schema, are consistent, and follow the contract where it is easy to get wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid3

import pytest

from scraper.database.tables import metadata
from scraper.sample_site.driver_names import UNKNOWN_DRIVER
from scraper.sample_site.practice import Session
from scraper.sample_site.season import Season
from tests.expected.natural_keys import transponder
from tests.expected.racing import expected_rows

BASE_URL = "http://127.0.0.1:8000/{track}"
TRANSFORM_TIMES = {"created_at", "updated_at", "last_ingested_at"}
RACING = {table.name: table for table in metadata.tables.values() if table.schema == "racing"}

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def season() -> Season:
    return Season.generate()


@pytest.fixture(scope="module")
def expected(season: Season) -> Rows:
    return expected_rows(season, BASE_URL)


def _driver(expected: Rows, source_driver_id: str) -> dict[str, Any]:
    (driver,) = (row for row in expected["drivers"] if row["source_driver_id"] == source_driver_id)
    return driver


def _race(expected: Rows, session: Session) -> dict[str, Any]:
    (race,) = (row for row in expected["races"] if row["source_race_id"] == str(session.session_id))
    return race


def test_every_final_table_has_rows(expected: Rows) -> None:
    assert expected.keys() == RACING.keys()


@pytest.mark.parametrize("table", RACING)
def test_rows_have_the_columns_of_the_table(table: str, expected: Rows) -> None:
    columns = {column.name for column in RACING[table].columns} - TRANSFORM_TIMES
    assert all(row.keys() == columns for row in expected[table])


@pytest.mark.parametrize("table", RACING)
def test_columns_that_are_not_null_have_values(table: str, expected: Rows) -> None:
    needed = [
        column.name for column in RACING[table].columns if not column.nullable and column.name not in TRANSFORM_TIMES
    ]
    assert not [(row, name) for row in expected[table] for name in needed if row[name] is None]


@pytest.mark.parametrize("table", RACING)
def test_primary_and_unique_keys_are_unique(table: str, expected: Rows) -> None:
    primary = tuple(column.name for column in RACING[table].primary_key)
    unique = [constraint.columns.keys() for constraint in RACING[table].constraints if hasattr(constraint, "columns")]
    for key in [primary, *(names for names in unique if len(names) > 1)]:
        values = [tuple(row[name] for name in key) for row in expected[table]]
        assert len(set(values)) == len(values) > 0


@pytest.mark.parametrize("table", RACING)
def test_foreign_keys_refer_to_rows(table: str, expected: Rows) -> None:
    for foreign_key in RACING[table].foreign_keys:
        there = {row["id"] for row in expected[foreign_key.column.table.name]}
        assert {row[foreign_key.parent.name] for row in expected[table]} <= there


def test_every_driver_and_track_has_sessions(expected: Rows) -> None:
    assert {row["id"] for row in expected["drivers"]} == {row["driver_id"] for row in expected["race_drivers"]}
    assert {row["id"] for row in expected["tracks"]} == {row["track_id"] for row in expected["events"]}


def test_ids_are_made_from_natural_keys(expected: Rows) -> None:
    race_driver = expected["race_drivers"][-1]
    race = next(row for row in expected["races"] if row["id"] == race_driver["race_id"])
    event = next(row for row in expected["events"] if row["id"] == race["event_id"])
    key = f"{event['source_event_id']}|{race['source_race_id']}|{race_driver['source_driver_id']}"
    namespace = UUID("6f1f0f0e-4c8b-5d0e-9a57-0c1d2e3f4a5b")
    assert race_driver["id"] == uuid3(namespace, f"race_drivers|{key}")
    assert expected["race_results"][-1]["id"] == uuid3(namespace, f"race_results|{key}")
    assert race["id"] == uuid3(namespace, f"races|{event['source_event_id']}|{race['source_race_id']}")
    assert event["id"] == uuid3(namespace, f"events|liverc|{event['source_event_id']}")


def test_a_name_wins_over_unknown_driver_in_any_order(expected: Rows) -> None:
    assert _driver(expected, "9000301")["display_name"] == "Otis Grennick"
    assert _driver(expected, "9000302")["display_name"] == "Hedda Crane-Lowell"
    assert _driver(expected, "9000303")["display_name"] == UNKNOWN_DRIVER
    assert _driver(expected, "9000303")["normalized_name"] is None


def test_a_driver_has_the_latest_name(expected: Rows) -> None:
    assert _driver(expected, "9000201")["display_name"] == "Pip Varnholt"
    assert _driver(expected, "9000601")["display_name"] == "greg rosander."
    assert _driver(expected, "9000601")["normalized_name"] == "greg rosander"
    assert _driver(expected, "9000502")["display_name"] == "Łukasz Wierzbin"


def test_a_session_without_a_transponder_is_a_driver_of_its_own(season: Season, expected: Rows) -> None:
    without = [session for session in season.sessions() if not transponder(session)]
    assert len(without) > 10
    for session in without:
        assert _driver(expected, f"practice_session_{session.session_id}")["transponder_number"] is None


def test_blank_cells_are_unknown(season: Season, expected: Rows) -> None:
    blank_driver = next(session for session in season.sessions() if session.driver == "")
    blank_class = next(session for session in season.sessions() if session.class_name == "")
    assert _race(expected, blank_driver)["race_label"] == "Practice - Unknown Driver"
    assert _race(expected, blank_class)["class_name"] == "Unknown Class"


def test_a_session_past_midnight_ends_on_the_next_day(season: Season, expected: Rows) -> None:
    late = next(session for session in season.sessions() if session.ended_at.date() > session.started_at.date())
    race = _race(expected, late)
    assert datetime.fromisoformat(race["race_metadata"]["end_time"]) > race["start_time"]
    assert race["race_metadata"]["end_time"].startswith("2025-10-26T00:")


def test_day_totals_are_those_of_the_rows(expected: Rows) -> None:
    results = {row["race_id"]: row for row in expected["race_results"]}
    for event in expected["events"]:
        races = [race for race in expected["races"] if race["event_id"] == event["id"]]
        totals = event["event_metadata"]["practiceDayStats"]
        assert totals["totalLaps"] == sum(results[race["id"]]["laps_completed"] for race in races)
        assert totals["totalTrackTimeSeconds"] == sum(race["duration_seconds"] for race in races)
        assert totals["uniqueClasses"] == len({race["class_name"] for race in races})
        assert totals["timeRangeStart"] == min(race["start_time"] for race in races).isoformat()
        assert totals["timeRangeEnd"] == max(race["start_time"] for race in races).isoformat()


def test_elapsed_times_are_sums_of_laps(expected: Rows) -> None:
    totals: dict[UUID, Decimal] = {}
    for lap in expected["laps"]:
        totals[lap["race_result_id"]] = totals.get(lap["race_result_id"], Decimal(0)) + lap["lap_time_seconds"]
        assert lap["elapsed_race_time"] == totals[lap["race_result_id"]]
    for result in expected["race_results"]:
        assert result["total_time_seconds"] == totals.get(result["id"], Decimal(0))


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member)
    else:
        yield value


def test_nothing_is_a_float(expected: Rows) -> None:
    assert not [row for rows in expected.values() for row in rows for value in _leaves(row) if isinstance(value, float)]


def test_a_requested_day_without_sessions_is_an_event(season: Season) -> None:
    rows = expected_rows(season, BASE_URL, requested=[("Iron-Range", date(2025, 10, 1))])
    assert {name: len(rows[name]) for name in rows} == {
        "tracks": 1, "events": 1, "races": 0, "drivers": 0, "race_drivers": 0, "race_results": 0, "laps": 0,
    }  # fmt: skip
    (event,) = rows["events"]
    assert event["ingest_depth"] == "none"
    assert event["event_url"] == "http://127.0.0.1:8000/Iron-Range/practice/?p=session_list&d=2025-10-01"
    assert event["event_metadata"] == {
        "practiceDayStats": {
            "totalLaps": 0,
            "totalTrackTimeSeconds": 0,
            "uniqueDrivers": 0,
            "uniqueClasses": 0,
            "timeRangeStart": None,
            "timeRangeEnd": None,
        },
        "siteStats": None,
    }


def test_only_requested_days_have_rows(season: Season) -> None:
    day = next(season.days())
    rows = expected_rows(season, BASE_URL, requested=[(day.track.slug, day.date)] * 2)
    assert [row["event_date"] for row in rows["events"]] == [day.date]
    assert len(rows["races"]) == len(day.sessions)


def test_the_rows_follow_an_edit(season: Season, expected: Rows) -> None:
    named = next(session for session in season.sessions() if transponder(session) and len(session.laps) > 1)
    edited = replace(named, transponder="9999998", lap_times_ms=named.lap_times_ms[:1])
    rows = expected_rows(season.replaced(edited), BASE_URL)
    assert _driver(rows, "9999998")["transponder_number"] == "9999998"
    assert len(rows["laps"]) == len(expected["laps"]) - len(named.lap_times_ms) + 1
