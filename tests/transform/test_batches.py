"""Which days a batch has, which entries it takes off the queue, and a history that is too long for one batch."""

import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scraper.database.connection import Database
from scraper.transform import batches
from scraper.transform.batches import begin_batch, begin_verification, queue_every_day, settle
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed, store
from tests.dbt_project.replay import Recording
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, differences, final_rows
from tests.support.waiting import wait_until_blocked_by, wait_until_gone

FIRST_DAY, LAST_DAY = date(2025, 10, 25), date(2025, 11, 1)
ONE_SESSION_PER_BATCH = "from scraper.transform import batches; batches.SESSIONS_PER_BATCH = 1"
_OTHER_CONNECTIONS = (
    "select pid from pg_stat_activity where datname = current_database() and pid != pg_backend_pid()"
    " and backend_type = 'client backend'"
)
_CORRECTED = "select event_date from racing.events where event_drivers != 77 order by event_date"
_DAYS = "select track_slug, practice_date, list_load_id from intermediate.transform_batch_days order by 2, 1"
_QUEUE = "select track_slug, page_kind, page_key from raw.transform_queue order by 1, 2, 3"


@pytest.fixture(scope="module")
def commands(shared_database: Database, dbt_artifacts: Path) -> Commands:
    return Commands(shared_database, dbt_artifacts)


@pytest.fixture
def connection(shared_database: Database, recording: Recording) -> Iterator[psycopg.Connection[Any]]:
    """A connection. Everything is derived, also what a test has settled without deriving it."""
    recording.transform(shared_database, is_full=True)
    with psycopg.connect(shared_database.conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
def one_session_per_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SESSIONS_PER_BATCH", 1)


def settle_now(connection: psycopg.Connection[Any]) -> None:
    settle(connection, datetime.now(UTC), None)


def store_two_days(connection: psycopg.Connection[Any], track: str) -> None:
    """Two days of two sessions, one driver on both days; the later day is stored first, and lists before pages."""
    store(connection, track, DayList([listed(3), listed(4)], LAST_DAY))
    store(connection, track, DayList([listed(1), listed(2)], FIRST_DAY))
    for session in (1, 2, 3):
        name, transponder = f"Driver {session % 2}", f"700000{session % 2}"
        store(connection, track, SessionPage(session, name, transponder, [lap(1, "30.5")]))


def batch_days(connection: psycopg.Connection[Any]) -> list[tuple[str, date]]:
    return [(track, day) for track, day, _ in connection.execute(_DAYS)]


def test_a_batch_has_the_days_of_new_lists_and_of_new_session_pages(
    connection: psycopg.Connection[Any], shared_database: Database, recording: Recording
) -> None:
    for track in ("a", "b", "c"):
        store(connection, track, DayList([listed(9)], FIRST_DAY))
        store(connection, track, DayList([listed(8)], LAST_DAY))
    recording.transform(shared_database)
    store(connection, "a", DayList([listed(9), listed(10)], FIRST_DAY))
    store(connection, "b", SessionPage(8))
    store(connection, "c", SessionPage("unlisted"))
    batch = begin_batch(connection)
    assert batch_days(connection) == [("a", FIRST_DAY), ("b", LAST_DAY)]
    assert (batch.days, batch.deferred_days, batch.last_day) == (2, 0, (LAST_DAY, "b"))
    [(load_id,)] = connection.execute(
        "select max(load_id) from raw.practice_lists where track_slug = 'a' and practice_date = %s", [FIRST_DAY]
    )
    assert connection.execute(_DAYS).fetchall()[0][2] == load_id
    settle_now(connection)
    assert connection.execute(_QUEUE).fetchall() == []


@pytest.mark.usefixtures("one_session_per_batch")
def test_deferred_days_keep_one_entry_each_however_often_a_batch_begins(connection: psycopg.Connection[Any]) -> None:
    store_two_days(connection, "deferred")
    queue_every_day(connection)
    days = connection.execute("select count(distinct (track_slug, practice_date)) from raw.practice_lists").fetchone()
    for _ in range(2):
        batch = begin_batch(connection)
        assert batch.days == 1
        assert (batch.days + batch.deferred_days,) == days
    [(_, first_day)] = batch_days(connection)
    assert first_day == FIRST_DAY
    settle_now(connection)
    queue = connection.execute(_QUEUE).fetchall()
    assert {kind for _, kind, _ in queue} == {"list"}
    assert len(queue) == len(set(queue)) == batch.deferred_days


@pytest.mark.usefixtures("one_session_per_batch")
def test_a_deferred_day_without_a_list_entry_gets_one(
    connection: psycopg.Connection[Any], shared_database: Database, recording: Recording
) -> None:
    store_two_days(connection, "two-pages")
    recording.transform(shared_database)
    store(connection, "two-pages", SessionPage(1, "Ana Ruiz"))
    store(connection, "two-pages", SessionPage(3, "Ana Ruiz"))
    begin_batch(connection)
    settle_now(connection)
    assert connection.execute(_QUEUE).fetchall() == [("two-pages", "list", f"{LAST_DAY}")]


def test_what_is_committed_after_the_snapshot_stays_on_the_queue(
    connection: psycopg.Connection[Any], shared_database: Database
) -> None:
    # A stored track, so that the two transactions do not wait for each other to store its spelling.
    connection.execute("insert into raw.tracks (track_slug) values ('late')")
    with psycopg.connect(shared_database.conninfo) as late:
        late.execute("select 1")
        store(late, "late", DayList([listed(1)], FIRST_DAY))  # numbered first, committed last
        store(connection, "late", DayList([listed(2)], LAST_DAY))
        begin_batch(connection)
        late.commit()
    assert batch_days(connection) == [("late", LAST_DAY)]
    settle_now(connection)
    assert connection.execute(_QUEUE).fetchall() == [("late", "list", f"{FIRST_DAY}")]


def test_an_unsettled_batch_keeps_its_affected_drivers(
    connection: psycopg.Connection[Any], shared_database: Database, recording: Recording
) -> None:
    affected = "select count(*) from intermediate.affected_drivers"
    store(connection, "affected", DayList([listed(1)], FIRST_DAY))
    store(connection, "affected", SessionPage(1, transponder="7000051"))
    recording.transform(shared_database)
    assert connection.execute(affected).fetchone() == (0,)
    store(connection, "affected", SessionPage(1, transponder="7000052"))
    recording.transform(shared_database, until=recording.length)  # killed before it is settled
    begin_batch(connection)
    begin_batch(connection)
    assert connection.execute(affected).fetchone() == (2,)


def test_a_verification_has_all_days_batch_by_batch_and_leaves_the_queue(
    connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_two_days(connection, "verified")
    queue = connection.execute(_QUEUE).fetchall()
    whole = begin_verification(connection)
    days = batch_days(connection)
    assert (whole.deferred_days, len(days)) == (0, whole.days)
    monkeypatch.setattr(batches, "SESSIONS_PER_BATCH", 1)
    found = []
    batch = begin_verification(connection)
    while batch.days:
        found += batch_days(connection)
        batch = begin_verification(connection, batch.last_day)
    assert found == days
    assert connection.execute(_QUEUE).fetchall() == queue
    batches.end_verification(connection)


@pytest.mark.usefixtures("connection")
def test_batches_end_as_one_batch_does(commands: Commands, recording: Recording) -> None:
    with psycopg.connect(commands.database.conninfo, autocommit=True) as connection:
        store_two_days(connection, "long")
        said = commands.succeed("transform", before=ONE_SESSION_PER_BATCH)
        assert "Transform: 2 sessions of 1 day re-derived" in said
        assert "1 day to go" in said
        assert connection.execute(_QUEUE).fetchall() == []
        found = final_rows(commands.database, WHEN_WRITTEN)
        connection.execute("truncate racing.tracks, racing.drivers cascade")
    recording.transform(commands.database, is_full=True)
    assert differences(found, final_rows(commands.database, WHEN_WRITTEN)) == []


@pytest.mark.reliability
def test_a_full_transform_that_is_killed_between_batches_is_completed_by_a_plain_one(
    commands: Commands, connection: psycopg.Connection[Any], recording: Recording
) -> None:
    connection.execute("truncate raw.practice_lists, raw.practice_sessions, raw.transform_queue")
    connection.execute("truncate racing.tracks, racing.drivers cascade")
    store_two_days(connection, "killed")
    recording.transform(commands.database)
    before = final_rows(commands.database, WHEN_WRITTEN)
    connection.execute("update racing.events set event_drivers = 77")
    with (
        psycopg.connect(commands.database.conninfo) as holder,
        commands.start("transform", before=ONE_SESSION_PER_BATCH, FULL="1") as process,
    ):
        holder.execute("select from racing.events where event_date = %s for update", [LAST_DAY])
        wait_until_blocked_by(holder, connection, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        left = connection.execute(_OTHER_CONNECTIONS).fetchall()
    wait_until_gone(connection, [server_process for (server_process,) in left])
    assert {day for (day,) in connection.execute(_CORRECTED)} == {FIRST_DAY}
    commands.succeed("transform")
    assert differences(before, final_rows(commands.database, WHEN_WRITTEN)) == []
    assert connection.execute(_QUEUE).fetchall() == []
