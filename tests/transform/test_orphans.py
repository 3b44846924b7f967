"""Rows that were put in by hand: counted by a verification, deleted by a full transform, parents and children alike."""

import psycopg

from scraper.database.connection import Database
from scraper.transform.orphans import count_orphans, delete_orphans

ROWS = """
insert into racing.tracks (id, source, source_track_slug, track_url)
values (gen_random_uuid(), 'liverc', 'nowhere', 'http://nowhere');
insert into racing.events
    (id, source, source_event_id, track_id, event_name, event_date, event_entries, event_drivers, event_url,
     ingest_depth, last_ingested_at, event_metadata)
select gen_random_uuid(), 'liverc', 'nowhere-practice-2025-10-25', id, 'x', '2025-10-25', 0, 1, 'x', 'none', now(), '{}'
from racing.tracks;
insert into racing.races
    (id, event_id, source, source_race_id, class_name, race_label, race_url, session_type, detail_status)
select gen_random_uuid(), id, 'liverc', '1', 'x', 'x', 'x', 'practiceday', 'captured' from racing.events;
insert into racing.drivers (id, source, source_driver_id, display_name)
select gen_random_uuid(), 'liverc', number, 'Ana Ruiz' from generate_series(1, 2) as number;
insert into racing.race_drivers (id, race_id, driver_id, source, source_driver_id, display_name)
select gen_random_uuid(), races.id, drivers.id, 'liverc', '1', 'Ana Ruiz'
from racing.races inner join racing.drivers on source_driver_id = '1'
"""


def test_orphans_are_counted_and_deleted_with_their_children(database: Database) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        assert count_orphans(connection) == {}
        connection.execute(ROWS)
        found = {table: count for table, (count, _) in count_orphans(connection).items()}
        assert found == {"racing.tracks": 1, "racing.events": 1, "racing.races": 1, "racing.drivers": 1}
        delete_orphans(connection)
        assert count_orphans(connection) == {}
        for table in found:
            assert connection.execute(f"select count(*) from {table}".encode()).fetchone() == (0,)
