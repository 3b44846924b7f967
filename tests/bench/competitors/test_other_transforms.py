"""The hand-written table and the row-by-row importer produce the rows of the transform."""

from pathlib import Path

import psycopg
import pytest

from bench.commands import run
from bench.competitors import laps_by_hand, row_by_row
from bench.stored_items import stored_items
from scraper.database.connection import Database
from tests.support.history import SESSIONS_OF_A_DAY, TRACKS, fill

OURS = """
select races.source_race_id, lap_number, lap_time_raw, lap_time_seconds, elapsed_race_time, is_valid, finished_at
from racing.laps
inner join racing.race_results on race_results.id = laps.race_result_id
inner join racing.races on races.id = race_results.race_id
order by 1, 2
"""
BY_HAND = """
select session_id, lap_number, lap_time_raw, lap_time_seconds, elapsed_race_time, is_valid, finished_at
from public.laps_by_hand
order by 1, 2
"""
RESULTS = """
select
    tracks.source_track_slug, events.source_event_id, races.source_race_id, races.start_time, races.class_name,
    drivers.source_driver_id, drivers.display_name, race_results.laps_completed, race_results.total_time_seconds,
    race_results.fast_lap_time, race_results.avg_lap_time, race_results.consistency
from racing.tracks
inner join racing.events on events.track_id = tracks.id
inner join racing.races on races.event_id = events.id
inner join racing.race_drivers on race_drivers.race_id = races.id
inner join racing.drivers on drivers.id = race_drivers.driver_id
inner join racing.race_results on race_results.race_driver_id = race_drivers.id
order by races.source_race_id
"""
EMPTY = "truncate racing.tracks, racing.drivers cascade"
SESSIONS = 2 * TRACKS * SESSIONS_OF_A_DAY  # two days of each track


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.conninfo) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database, SESSIONS)
    return database


def test_both_produce_the_rows_of_the_transform(filled: Database, tmp_path: Path) -> None:
    run("transform", filled, tmp_path)
    laps, sessions = rows(filled, OURS), rows(filled, RESULTS)
    assert len(sessions) == SESSIONS
    laps_by_hand.make(filled)
    assert rows(filled, BY_HAND) == laps
    with psycopg.connect(filled.conninfo) as connection:
        connection.execute(EMPTY)
    row_by_row.load(filled, stored_items(filled))
    assert rows(filled, OURS) == laps
    assert rows(filled, RESULTS) == sessions
