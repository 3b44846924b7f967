"""Changed seeds take effect with the next transform, and a deleted row undoes it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.errors import UsageError
from scraper.exports.people import find_racer
from scraper.seeds.columns import SEEDS
from scraper.seeds.files import check_seeds, load_seeds
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.dbt_project.replay import Recording

DAY, NEXT_DAY = date(2025, 10, 25), date(2025, 10, 26)
BEN = ("Ben Okafor", "30.000")
ANA = ("Ana Ruiz", "9.800")
ANA_WITHOUT_THE_CUT = ("Ana Ruiz", "29.000")
LABELLED = ("Walk Up", "8.000")

Load = Callable[..., None]


@pytest.fixture
def connection(shared_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        connection.execute("truncate raw.practice_lists, raw.practice_sessions, raw.transform_queue")
        connection.execute("truncate racing.tracks, racing.drivers cascade")
        connection.execute("truncate intermediate.seed_rows, intermediate.affected_drivers")
        connection.execute("truncate analytics.driver_people, analytics.class_day_bests")
        yield connection


@pytest.fixture
def load(connection: psycopg.Connection, tmp_path: Path) -> Load:
    """Load seeds with these rows and no others."""

    def load(**rows: str) -> None:
        for seed in SEEDS:
            header = ",".join(column.name for column in seed.columns)
            (tmp_path / f"{seed.name}.csv").write_text(f"{header}\n{rows.get(seed.name, '')}\n")
        assert load_seeds(connection, tmp_path) == []

    return load


def queued(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    """The entries of the queue."""
    query = "select distinct track_slug, page_kind, page_key from raw.transform_queue order by 1, 2, 3"
    return connection.execute(query).fetchall()


def podium(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """The racers of the day's leaderboard with their best laps, in order."""
    query = (
        "select racer_name, best_lap::text from analytics.class_leaderboard where practice_date = %s order by position"
    )
    return connection.execute(query, [DAY]).fetchall()


def record(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """The record of all time."""
    query = "select name_on_session, best_lap::text from analytics.class_records where period = 'ever'"
    return connection.execute(query).fetchall()


def store_a_day(connection: psycopg.Connection) -> None:
    """Ana cuts the track on her second lap; nobody knows who walked up."""
    laps = {
        1: (BEN[0], "7000001", ["30.000", "31.000"]),
        2: (ANA[0], "7000002", ["29.000", "9.800", "29.500"]),
        3: (LABELLED[0], "", ["8.000"]),
    }
    store(connection, "hill", DayList([listed(number, name) for number, (name, _, _) in laps.items()], DAY))
    for number, (name, transponder, times) in laps.items():
        own = [lap(position, time) for position, time in enumerate(times, start=1)]
        store(connection, "hill", SessionPage(number, name, transponder, own))


def test_an_excluded_lap_wins_nothing_until_its_row_is_deleted(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load
) -> None:
    load(shared_labels="Walk Up")
    store_a_day(connection)
    recording.transform(shared_database)
    assert (podium(connection), record(connection)) == ([ANA, BEN], [ANA])
    laps = connection.execute("select * from racing.laps order by 1, 2").fetchall()
    versions = connection.execute("select version from analytics.day_versions").fetchall()

    load(shared_labels="Walk Up", lap_exclusions="hill,2,2,cut the hairpin")
    assert queued(connection) == [("hill", "session", "2")]
    recording.transform(shared_database)
    assert (podium(connection), record(connection)) == ([ANA_WITHOUT_THE_CUT, BEN], [ANA_WITHOUT_THE_CUT])
    assert connection.execute("select * from racing.laps order by 1, 2").fetchall() == laps
    assert connection.execute("select version from analytics.day_versions").fetchall() != versions

    load(shared_labels="Walk Up", lap_exclusions="HILL,2,,wrong transponder")
    recording.transform(shared_database)
    assert (podium(connection), record(connection)) == ([BEN], [BEN])

    load(shared_labels="Walk Up")
    recording.transform(shared_database)
    assert (podium(connection), record(connection)) == ([ANA, BEN], [ANA])
    assert connection.execute("select version from analytics.day_versions").fetchall() == versions


def test_a_shared_label_wins_nothing_until_its_row_is_deleted(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load
) -> None:
    load()
    store_a_day(connection)
    store(connection, "hill", DayList([listed(4, "Ben Okafor")], NEXT_DAY))
    recording.transform(shared_database)
    people = "select display_name, rule, person_id is not null from analytics.driver_people order by 1, 2"
    assert record(connection) == [LABELLED]
    found = connection.execute(people).fetchall()
    assert ("Walk Up", "same_name", True) in found

    load(shared_labels="walk-up")
    assert queued(connection) == [("hill", "list", str(DAY))]
    recording.transform(shared_database)
    assert (podium(connection), record(connection)) == ([ANA, BEN], [ANA])
    assert ("Walk Up", "shared_label", False) in connection.execute(people).fetchall()

    load()
    assert queued(connection) == [("hill", "list", str(DAY))]
    recording.transform(shared_database)
    assert record(connection) == [LABELLED]
    assert connection.execute(people).fetchall() == found


def test_a_corrected_time_zone_reaches_stored_days_of_its_track_alone(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load
) -> None:
    load(track_time_zones="Hill,Asia/Tokyo")
    store_a_day(connection)
    for track, day in (("hill", NEXT_DAY), ("moor", DAY)):
        store(connection, track, DayList([listed(5, started_at=f"{day} 14:00:00")], day))
    recording.transform(shared_database)

    def derived() -> list[tuple[Any, ...]]:
        query = """
            select tracks.source_track_slug, tracks.time_zone, (start_time_utc at time zone 'UTC')::time::text
            from racing.tracks inner join racing.events on tracks.id = track_id
            inner join racing.races on events.id = event_id
            where source_race_id = '5' order by 1
        """
        return connection.execute(query).fetchall()

    assert derived() == [("hill", "Asia/Tokyo", "05:00:00"), ("moor", None, None)]
    load(track_time_zones="Hill,Europe/Vienna")
    assert queued(connection) == [("hill", "list", str(DAY)), ("hill", "list", str(NEXT_DAY))]
    recording.transform(shared_database)
    assert derived() == [("hill", "Europe/Vienna", "13:00:00"), ("moor", None, None)]
    load()
    recording.transform(shared_database)
    assert derived() == [("hill", None, None), ("moor", None, None)]


def test_laps_with_a_flag_of_the_list_win_nothing_until_its_row_is_deleted(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load
) -> None:
    load(shared_labels="Walk Up")
    store_a_day(connection)
    cut = [lap(number, time) for number, time in enumerate(["30.000", "9.000", "30.100", "30.200", "31.000"], start=1)]
    store(connection, "hill", SessionPage(1, BEN[0], "7000001", cut))
    recording.transform(shared_database)
    assert record(connection) == [("Ben Okafor", "9.000")]
    load(shared_labels="Walk Up", left_out_flags="suspected_cut,nobody has looked at them")
    assert queued(connection) == [("hill", "list", str(DAY))]
    recording.transform(shared_database)
    assert (podium(connection), record(connection)) == ([ANA, BEN], [ANA])
    load(shared_labels="Walk Up")
    recording.transform(shared_database)
    assert record(connection) == [("Ben Okafor", "9.000")]


def test_rows_that_match_nothing_are_named(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load, tmp_path: Path
) -> None:
    """Not while pages are queued: nobody knows what they will show."""
    load()
    store_a_day(connection)
    store(connection, "hill", DayList([listed(4, "Ben Okafor")], NEXT_DAY))  # its page is not captured
    rows = {
        "lap_exclusions": [
            *("hill,2,2,cut", "hill,2,,all", "hill,99,,no session", "HILL,2,99,no lap", "hill,4,7,not captured"),
            *("hill,02,1,no number", "moor,2,1,no track"),
        ],
        "person_overrides": [
            *(",7000001,,Ben,his", ",7000009,,Ben,not his", ",,okafor ben,Ben,him", ",,Ben Okafour,Ben,mistyped"),
            *("moor,,Ben Okafor,Ben,elsewhere", ",7000002,Ben Okafor,Ben,never lent", "HILL,7000001,,Ben,here"),
        ],
        "track_time_zones": ["moor,Europe/Vienna"],
    }
    load(**{seed: "\n".join(lines) for seed, lines in rows.items()})
    assert check_seeds(connection, tmp_path) == []
    recording.transform(shared_database)
    assert [f"{fault.file.stem} {fault.line}: {fault.reason}" for fault in check_seeds(connection, tmp_path)] == [
        "lap_exclusions 4: matches nothing: hill has no session 99",
        "lap_exclusions 5: matches nothing: session 2 of hill has no lap 99",
        "lap_exclusions 7: matches nothing: hill has no session 02",
        "lap_exclusions 8: matches nothing: moor has no session 2",
        "person_overrides 3: matches nothing: no session has the transponder 7000009",
        "person_overrides 5: matches nothing: no session has the driver Ben Okafour",
        "person_overrides 6: matches nothing: no session has the driver Ben Okafor and the track moor",
        "person_overrides 7: matches nothing: no session has the transponder 7000002 and the driver Ben Okafor",
    ]


def test_seeds_that_are_the_same_queue_nothing(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load
) -> None:
    rows = {
        "shared_labels": "Walk Up",
        "lap_exclusions": "hill,2,2,cut the hairpin",
        "track_time_zones": "hill,Europe/Vienna",
        "left_out_flags": "suspected_cut,a guess",
    }
    load(**rows)
    store_a_day(connection)
    recording.transform(shared_database)
    load(**rows)
    assert queued(connection) == []


def test_a_label_with_a_number_is_the_label(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load
) -> None:
    load()
    names = ["Guest 2", "RENTAL #3", "guest4", "Ana Guest", "2 Fast"]
    store(connection, "hill", DayList([listed(number, name) for number, name in enumerate(names, start=1)], DAY))
    recording.transform(shared_database)
    load(shared_labels="Guest\nRental")
    assert queued(connection) == [("hill", "list", str(DAY))]
    recording.transform(shared_database)
    assert {name for name, _ in podium(connection)} == {"Ana Guest", "2 Fast"}
    labelled = connection.execute("select name_on_session from analytics.sessions where is_shared_label")
    assert sorted(name for (name,) in labelled) == ["Guest 2", "RENTAL #3", "guest4"]
    with pytest.raises(UsageError, match="PERSON=rental 3 is a shared label and nobody's name: give the name of a"):
        find_racer(connection, "rental 3", ())
    load()
    assert queued(connection) == [("hill", "list", str(DAY))]
    recording.transform(shared_database)
    assert len(podium(connection)) == 5


@pytest.mark.parametrize("after", range(0, 60, 7))
def test_a_changed_seed_survives_a_kill(
    connection: psycopg.Connection, shared_database: Database, recording: Recording, load: Load, after: int
) -> None:
    load(shared_labels="Walk Up", lap_exclusions="hill,2,2,cut the hairpin")
    store_a_day(connection)
    recording.transform(shared_database)
    load(shared_labels="Walk Up")
    recording.transform(shared_database, until=round(after * recording.length / 60))
    load(shared_labels="Walk Up")
    recording.transform(shared_database)
    assert (podium(connection), record(connection)) == ([ANA, BEN], [ANA])
