"""A run of many days stays fast when the planner misjudges how many of the stored rows it writes again."""

from pathlib import Path

import psycopg

from scraper.database.connection import Database
from tests.dbt_project.counters import wait_until_counted
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands
from tests.support.history import LAPS_OF_A_SESSION, SESSIONS_OF_A_DAY, fill

SESSIONS = 8 * SESSIONS_OF_A_DAY
# How often the models and tests of a run may read a row of a batch table.
MOST_LOOKS = 100
# As if few sessions had all the laps, on many more pages: the planner then assumes that every stored lap is written
# again, and that whatever it does with the rest is cheap. Found on 900,000 laps without this.
MISLEAD = "alter table racing.laps set (fillfactor = 10), alter column race_result_id set (n_distinct = 10)"
_ROWS_READ = """
select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
from pg_stat_user_tables where relname like 'int_practice__%'
"""


def rows_read(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows of each batch table have been read."""
    wait_until_counted(connection)
    return dict(connection.execute(_ROWS_READ).fetchall())


def test_no_batch_table_is_read_once_for_each_stored_lap(
    shared_database: Database, dbt_artifacts: Path, recording: Recording
) -> None:
    database = shared_database
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(MISLEAD)
        fill(database, SESSIONS)
        recording.transform(database)
        connection.execute("analyze racing.laps")
        fill(database, SESSIONS, first=SESSIONS)
        before = rows_read(connection)
        assert f"{SESSIONS} sessions of 8 days re-derived" in Commands(database, dbt_artifacts).succeed("transform")
        read = {table: rows - before[table] for table, rows in rows_read(connection).items()}
    most = dict.fromkeys(read, MOST_LOOKS * SESSIONS)
    most["int_practice__laps"] *= LAPS_OF_A_SESSION
    assert read["int_practice__driver_identities"] >= SESSIONS
    assert {table: rows for table, rows in read.items() if rows > most[table]} == {}
