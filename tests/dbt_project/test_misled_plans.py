"""A run of many days stays quick where PostgreSQL guesses wrongly how many of the stored rows it will write again."""

from pathlib import Path

import psycopg

from bench.history import SESSIONS_OF_A_DAY, fill
from scraper.database import Database
from tests.commands_runner import Commands
from tests.waiting import wait_for

SESSIONS = 8 * SESSIONS_OF_A_DAY
# How often models, tests and hooks of a run may come back to a row of the working set, all of them together.
MOST_LOOKS = 100
# As if few sessions had all the laps, which many more pages hold: PostgreSQL then takes it that every stored lap is
# written again, and whatever it does with what is left too cheap to choose well. Found on 900,000 laps as they are.
MISLEAD = "alter table racing.laps set (fillfactor = 10), alter column race_result_id set (n_distinct = 10)"
_ROWS_READ = """
select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
from pg_stat_user_tables where relname like 'int_practice__%'
"""
_OTHERS_AT_WORK = """
select pid from pg_stat_activity
where datname = current_database() and pid != pg_backend_pid() and backend_type = 'client backend'
"""


def rows_read(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows of each table of the working set have been read so far."""
    wait_for(lambda: not connection.execute(_OTHERS_AT_WORK).fetchall())
    return dict(connection.execute(_ROWS_READ).fetchall())


def test_no_row_of_the_working_set_is_read_for_each_stored_lap(database: Database, dbt_artifacts: Path) -> None:
    commands = Commands(database, dbt_artifacts)
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute(MISLEAD)
        fill(database, SESSIONS)
        commands.succeed("transform")
        connection.execute("analyze racing.laps")
        fill(database, SESSIONS, first=SESSIONS)
        before = rows_read(connection)
        assert f"{SESSIONS} sessions of 8 days re-derived" in commands.succeed("transform")
        read = {table: rows - before[table] for table, rows in rows_read(connection).items()}
        sizes = {
            table: connection.execute(f"select count(*) from intermediate.{table}".encode()).fetchone() for table in read
        }
    assert sizes["int_practice__driver_identities"] == (SESSIONS,)
    looks = {table: rows / max(*(sizes[table] or (0,)), SESSIONS) for table, rows in read.items()}
    assert {table: times for table, times in looks.items() if times > MOST_LOOKS} == {}
