"""The seeds of the analysts take effect."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.seeds.files import load_seeds
from tests.dbt_project.raw_pages import DayList, listed, store
from tests.dbt_project.replay import Recording

# Canberra: winter, summer, the repeated hour and the skipped hour of the clock change.
STARTS = {
    1: (date(2025, 7, 5), "14:00:00", datetime(2025, 7, 5, 4, 0, tzinfo=UTC)),
    2: (date(2025, 12, 6), "14:00:00", datetime(2025, 12, 6, 3, 0, tzinfo=UTC)),
    3: (date(2025, 4, 6), "02:30:00", datetime(2025, 4, 5, 16, 30, tzinfo=UTC)),
    4: (date(2025, 10, 5), "02:30:00", datetime(2025, 10, 4, 16, 30, tzinfo=UTC)),
}


@pytest.fixture
def connection(shared_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        yield connection


def test_utc_times_follow_the_time_zone_and_daylight_saving_time(
    connection: psycopg.Connection, shared_database: Database, recording: Recording
) -> None:
    load_seeds(connection)
    for number, (day, clock, _) in STARTS.items():
        for track in ("CanberraOffRoad", "nowhere"):
            store(connection, track, DayList([listed(number, started_at=f"{day} {clock}")], day))
    recording.transform(shared_database)
    query = "select session_id, start_time_utc from analytics.sessions where track_slug = %s order by session_id"
    assert connection.execute(query, ["CanberraOffRoad"]).fetchall() == [
        (str(number), utc) for number, (_, _, utc) in STARTS.items()
    ]
    assert {utc for _, utc in connection.execute(query, ["nowhere"])} == {None}
    zones: dict[str, str | None] = dict(
        connection.execute("select source_track_slug, time_zone from racing.tracks").fetchall()
    )
    assert (zones["CanberraOffRoad"], zones["nowhere"]) == ("Australia/Sydney", None)


def test_aliases_merge_spellings_of_a_class(
    connection: psycopg.Connection, shared_database: Database, recording: Recording
) -> None:
    day = date(2025, 10, 25)
    rows = [
        listed(11, class_and_transponder="1/10 Buggy (7000001)", fast="31.000"),
        listed(12, "Ben Okafor", class_and_transponder="1:10 buggy (7000002)", fast="30.000"),
        listed(13, class_and_transponder="1:8 Truggy (7000003)", fast="29.000"),
    ]
    store(connection, "aliases", DayList(rows, day))
    recording.transform(shared_database)
    connection.execute("insert into intermediate.class_aliases values ('1:10 Buggy', '1/10 Buggy')")
    board = """
        select class_name, racer_name from analytics.class_leaderboard
        where track_slug = 'aliases' order by class_name, position
    """
    assert connection.execute(board).fetchall() == [
        ("1/10 Buggy", "Ben Okafor"),
        ("1/10 Buggy", "Ana Ruiz"),
        ("1:8 Truggy", "Ana Ruiz"),
    ]
    records = """
        select class_name, best_lap::text from analytics.class_records
        where track_slug = 'aliases' and period = 'ever'
    """
    assert dict(connection.execute(records).fetchall()) == {"1/10 Buggy": "30.000", "1:8 Truggy": "29.000"}
