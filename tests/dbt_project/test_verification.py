"""`make verify` finds rows that were changed, removed or added by hand, in every table."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.transform.batches import begin_verification
from scraper.transform.orphans import count_orphans
from tests.dbt_project.raw_pages import DayList, SessionPage, listed, store
from tests.dbt_project.replay import BATCH_TABLES, RACING, Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, final_rows

pytestmark = pytest.mark.reliability

# Values that no row has, since a row is changed whatever its place in the table.
CHANGES = {
    "tracks": "track_name = 'Another Track'",
    "events": "event_drivers = 7",
    "races": "removed_at = now()",
    "drivers": "normalized_name = 'nobody'",
    "race_drivers": "transponder_number = '1'",
    "race_results": "total_time_seconds = 1",
    "laps": "is_valid = false",
}
ONE_SESSION_PER_BATCH = "from scraper.transform import batches; batches.SESSIONS_PER_BATCH = 1"
EMPTY_DAY = date(2025, 10, 18)
# A session on a day that has none: only a row put in by hand.
ON_THE_EMPTY_DAY = """
insert into racing.races
select copied.* from racing.events
cross join (select * from racing.races limit 1) as some_race
cross join lateral jsonb_populate_record(
    some_race::racing.races,
    jsonb_build_object('id', gen_random_uuid(), 'event_id', events.id, 'source_race_id', '9')
) as copied
where events.event_date = %s
"""
# The columns in which a copy of a row must differ.
KEYS = {
    "tracks": {"id": "gen_random_uuid()", "source_track_slug": "'nowhere'"},
    "events": {"id": "gen_random_uuid()", "source_event_id": "'nowhere'", "event_date": "'2020-01-01'"},
    "races": {"id": "gen_random_uuid()", "source_race_id": "'0'"},
    "drivers": {"id": "gen_random_uuid()", "source_driver_id": "'0'", "transponder_number": "'0'"},
    "race_drivers": {"id": "gen_random_uuid()", "source_driver_id": "'0'"},
    "race_results": {"id": "gen_random_uuid()", "race_driver_id": "gen_random_uuid()"},
    "laps": {"lap_number": "99"},
}


def corruptions(table: str, columns: list[str]) -> dict[str, str]:
    """SQL that corrupts one row of a table, by what verify then finds."""
    one_row = f"ctid = (select min(ctid) from racing.{table})"
    values = ", ".join(KEYS[table].get(column, column) for column in columns)
    return {
        "different": f"update racing.{table} set {CHANGES[table]} where {one_row}",
        "missing": f"delete from racing.{table} where {one_row}",
        "surplus": f"insert into racing.{table} select {values} from racing.{table} where {one_row}",
    }


def named_by(said: str) -> dict[str, tuple[int, ...]]:
    """By table of `racing`, the rows missing, surplus and different that a verification has counted."""
    lines = re.findall(r"differs  racing[.](\w+) is not .*: rows missing (\d+), surplus (\d+), different (\d+)", said)
    return {table: tuple(map(int, counts)) for table, *counts in lines}


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    commands = Commands(shared_database, dbt_artifacts)
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        store(connection, "verified", DayList([], EMPTY_DAY))
        store(connection, "verified", DayList([listed(1), listed(2)]))
        store(connection, "verified", SessionPage(1, transponder="7000001"))
        store(connection, "verified", SessionPage(2, transponder="7000002"))
        store(connection, "verified", DayList([listed(3)], date(2025, 11, 1)))
    commands.succeed("transform")
    return commands


@pytest.fixture(scope="module")
def verification(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The statements of a verification."""
    return Recording.of_verification(commands, tmp_path_factory.mktemp("recorded"))


@pytest.fixture
def connection(commands: Commands) -> Iterator[psycopg.Connection[Any]]:
    """A connection that ignores foreign keys, and whose work is undone."""
    with psycopg.connect(commands.database.conninfo) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection
        connection.rollback()


def differences_found(connection: psycopg.Connection[Any], verification: Recording, table: str) -> dict[str, int]:
    """Verify one table and count the orphans, inside the transaction of the corruption."""
    begin_verification(connection)
    connection.execute("discard temp")
    for name in (*BATCH_TABLES, table):
        for statement in verification.statements[name]:
            connection.execute(statement.encode())
    found = connection.execute("select missing, surplus, different from intermediate.verify_differences").fetchone()
    missing, surplus, different = found or (0, 0, 0)
    orphans, _ = count_orphans(connection).get(f"racing.{table}", (0, ""))
    return {"missing": missing, "surplus": surplus + orphans, "different": different}


@pytest.mark.parametrize("kind", ["different", "missing", "surplus"])
@pytest.mark.parametrize("table", RACING)
def test_one_corrupted_row_is_found(
    connection: psycopg.Connection[Any], verification: Recording, table: str, kind: str
) -> None:
    assert differences_found(connection, verification, table) == {"missing": 0, "surplus": 0, "different": 0}
    columns = [column.name for column in connection.execute(f"select * from racing.{table}".encode()).description or []]
    connection.execute(corruptions(table, columns)[kind].encode())
    assert differences_found(connection, verification, table)[kind] == 1


def test_verify_names_every_table_that_differs_and_a_full_transform_corrects_them(commands: Commands) -> None:
    before = final_rows(commands.database, WHEN_WRITTEN)
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        # A session is gone with all its rows. Of the rest one row of each table has changed, and some are surplus.
        connection.execute("delete from racing.races where source_race_id = '2'")
        connection.execute("set session_replication_role = replica")
        for table in RACING:
            rows = connection.execute(f"select * from racing.{table}".encode())
            statements = corruptions(table, [column.name for column in rows.description or []])
            connection.execute(statements["different"].encode())
        for table in ("drivers", "laps"):
            rows = connection.execute(f"select * from racing.{table}".encode())
            statements = corruptions(table, [column.name for column in rows.description or []])
            connection.execute(statements["surplus"].encode())
        connection.execute(ON_THE_EMPTY_DAY, [EMPTY_DAY])
    corrupted = final_rows(commands.database, WHEN_WRITTEN)
    done = commands.run("verify", before=ONE_SESSION_PER_BATCH)
    assert done.returncode == 1
    # The track is in both batches and differs in each. The driver of the deleted session is an orphan.
    assert named_by(done.stdout) == {
        "tracks": (0, 0, 2),
        "events": (0, 0, 1),
        "races": (1, 1, 1),
        "drivers": (0, 2, 1),
        "race_drivers": (1, 0, 1),
        "race_results": (1, 0, 1),
        "laps": (2, 1, 1),
    }
    assert "`make transform FULL=1` corrects it" in done.stderr
    assert final_rows(commands.database, WHEN_WRITTEN) == corrupted
    commands.succeed("transform", FULL="1")
    assert final_rows(commands.database, WHEN_WRITTEN) == before
