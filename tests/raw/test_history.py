"""Reading the raw tables for the planner, and that it reads by index only."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from scraper.database.connection import Database
from scraper.raw import history
from scraper.raw.history import ListedSession, RawHistory, StoredDay
from scraper.raw.items import CapturedPage, FailedPage, Item, PageId
from scraper.raw.store import RawStore
from scraper.raw.unresolved import UNRESOLVED

T = TypeVar("T")

TRACK = "sandy"
DAY = date(2025, 10, 25)
NEXT_DAY = date(2025, 10, 26)
LONG_AFTER = datetime(2025, 11, 1, tzinfo=UTC)

LARGE_HISTORY = """
insert into raw.practice_lists
    (track_slug, practice_date, payload, content_hash, url, parser_version, crawl_id, fetched_at, last_seen_at)
select track, day, jsonb_build_object('sessions', (
        select jsonb_agg(jsonb_build_object('session_id', (day - date '2000-01-01') * 10 + n || '', 'laps', '7',
            'started_at', day || ' 10:00:00', 'length', '3:00'))
        from generate_series(1, 10) as n
    )), 'x', 'x', 1, 1, day + interval '3 days', day + interval '3 days'
from (values ('sandy'), ('bend'), ('hill')) as tracks (track), generate_series(0, 1999) as n,
    lateral (select date '2025-10-25' - n as day) as days;

insert into raw.practice_sessions
    (track_slug, session_id, payload, content_hash, url, parser_version, crawl_id, fetched_at, last_seen_at)
select track_slug, listed ->> 'session_id', '{}', 'x', 'x', 1, 1, fetched_at, fetched_at
from raw.practice_lists, jsonb_array_elements(payload -> 'sessions') as listed;

insert into raw.failed_pages (track_slug, page_kind, page_key, url, reason_kind, reason, crawl_id, resolved_at)
select track_slug, 'session', session_id, 'x', 'x', 'x', 1, now() from raw.practice_sessions where load_id % 3 = 0;

analyze raw.practice_lists, raw.practice_sessions, raw.failed_pages;
"""


class Tables:
    """The raw tables, with what tests save in them and what a planner reads from them."""

    def __init__(self, database: Database, crawl_id: int) -> None:
        self.database = database
        self.crawl_id = crawl_id

    def save(self, *items: Item) -> None:
        async def work() -> None:
            store = await RawStore.connect(self.database, self.crawl_id)
            for item in items:
                await store.save([item])
            await store.close()

        asyncio.run(work())

    def read(self, read: Callable[[RawHistory], Awaitable[T]]) -> T:
        async def work() -> T:
            stored = await RawHistory.connect(self.database)
            try:
                return await read(stored)
            finally:
                await stored.close()

        return asyncio.run(work())

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.conninfo, autocommit=True, row_factory=tuple_row) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def days(self) -> dict[date, StoredDay]:
        return self.read(lambda stored: stored.days(TRACK, DAY, NEXT_DAY))

    def candidates(self, *rows: dict[str, str]) -> list[ListedSession]:
        return self.read(lambda stored: stored.sessions_in(TRACK, DAY, rows))


@pytest.fixture
def tables(database: Database) -> Tables:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        (crawl_id,) = connection.execute(
            "insert into raw.crawls (arguments, version) values (%s, '0') returning crawl_id", [Jsonb({})]
        ).fetchone() or (0,)
    return Tables(database, crawl_id)


def row(session_id: str, laps: str, clock: str = "10:00:00") -> dict[str, str]:
    return {"session_id": session_id, "laps": laps, "started_at": f"{DAY} {clock}", "length": "3:00"}


def day_list(*rows: dict[str, str], day: date = DAY, **more: Any) -> CapturedPage:
    return CapturedPage(PageId(TRACK, "list", f"{day}"), "http://site/list", {"sessions": list(rows), **more})


def page(session_id: str, laps: str) -> CapturedPage:
    return CapturedPage(PageId(TRACK, "session", session_id), f"http://site/{session_id}", {"num_laps": laps})


def failure(kind: str, key: str) -> FailedPage:
    return FailedPage(PageId(TRACK, kind, key), "http://site/x", "http_status", "status 500", 500)


def as_listed(sessions: list[ListedSession]) -> dict[str, bool]:
    return {session.session_id: session.is_captured_as_listed for session in sessions}


def read_long_after(tables: Tables) -> None:
    """Change the times as if every list, and then every session, had been read long after its day."""
    for table, hours in (("practice_lists", 0), ("practice_sessions", 1)):
        tables.execute(
            f"update raw.{table} set fetched_at = %s::timestamptz + %s * interval '1 h',"
            " last_seen_at = %s::timestamptz + %s * interval '1 h'",
            *(LONG_AFTER, hours) * 2,
        )


def test_a_day_has_the_facts_of_its_latest_list(tables: Tables) -> None:
    assert tables.days() == {}
    tables.save(day_list(row("7", "1")), day_list(row("7", "1"), row("7", "2"), row("8", "1")))
    day = tables.days()[DAY]
    assert (day.rows, day.sessions, day.is_whole, day.has_failed) == (3, 2, True, False)
    tables.save(day_list(row("7", "1"), unreadable_rows=[{"row": "?"}]))
    assert not tables.days()[DAY].is_whole


def test_a_day_without_sessions_and_a_day_that_only_failed_are_days(tables: Tables) -> None:
    tables.save(day_list(), failure("list", str(NEXT_DAY)), failure("list", "2025-10-01"))
    days = tables.days()
    assert sorted(days) == [DAY, NEXT_DAY]
    assert (days[DAY].rows, days[DAY].is_whole) == (0, True)
    assert (days[NEXT_DAY].has_failed, days[NEXT_DAY].read_at) == (True, None)
    tables.save(day_list(day=NEXT_DAY))
    assert not tables.days()[NEXT_DAY].has_failed


def test_a_day_has_the_number_of_its_month_page_and_the_time_of_its_first_reading(tables: Tables) -> None:
    page = PageId(TRACK, "list", f"{DAY}", month_sessions=2)
    short = CapturedPage(page, "http://site/list", {"sessions": [row("7", "1")]})
    tables.save(day_list(row("7", "1"), row("8", "1")), short, day_list(row("7", "1")))
    day = tables.days()[DAY]
    assert (day.rows, day.month_sessions, day.is_short) == (1, 2, True)
    assert day.first_read_at is not None
    assert day.read_at is not None
    assert day.first_read_at < day.read_at


def test_a_month_has_the_days_of_its_latest_page_and_whether_it_failed(tables: Tables) -> None:
    nothing = tables.read(lambda stored: stored.month(TRACK, "2025-10"))
    assert (nothing.read_at, nothing.days, nothing.has_failed) == (None, [], False)
    for number in "12":
        days = [{"date": f"{DAY}", "sessions": number}]
        tables.save(CapturedPage(PageId(TRACK, "month", "2025-10"), "http://site/month", {"days": days}))
    tables.save(failure("month", "2025-10"))
    month = tables.read(lambda stored: stored.month(TRACK, "2025-10"))
    assert (month.days, month.has_failed) == ([{"date": f"{DAY}", "sessions": "2"}], True)
    assert month.read_at is not None


def test_rows_are_returned_only_if_a_session_may_have_run_past_midnight(tables: Tables) -> None:
    tables.save(day_list(row("7", "1")))
    for read_at, rows in (("2025-10-27 11:59:59+00", 1), ("2025-10-27 12:00:00+00", 0)):
        tables.execute("update raw.practice_lists set last_seen_at = %s", read_at)
        assert len(tables.days()[DAY].rows_near_midnight) == rows


def test_a_session_is_captured_as_listed_while_its_row_is_unchanged(tables: Tables) -> None:
    tables.save(day_list(row("7", "1"), row("8", "3")))
    assert as_listed(tables.candidates(row("7", "1"), row("8", "3"))) == {"7": False, "8": False}
    tables.save(page("7", "1"), day_list(row("7", "2"), row("8", "3")))
    assert as_listed(tables.candidates(row("7", "1"))) == {}
    assert as_listed(tables.candidates(row("7", "2"))) == {"7": False}
    tables.save(page("7", "1"))
    assert as_listed(tables.candidates(row("7", "2"))) == {}
    tables.save(failure("session", "7"))
    assert as_listed(tables.candidates(row("7", "2"))) == {"7": False}


def test_a_session_listed_twice_was_captured_with_both_rows(tables: Tables) -> None:
    tables.save(day_list(row("7", "1"), row("7", "2")), page("7", "1"))
    assert tables.candidates(row("7", "1"), row("7", "2")) == []
    assert as_listed(tables.candidates(row("7", "3"))) == {"7": False}


def test_text_that_was_repaired_when_stored_is_no_change(tables: Tables) -> None:
    broken = row("7", "1") | {"driver": "Jos\x00\ud800"}
    tables.save(day_list(broken), page("7", "1"))
    assert tables.candidates(broken) == []


def test_a_page_read_on_its_day_has_the_times_that_decide_whether_the_session_was_over(tables: Tables) -> None:
    rows = (row("7", "1"), row("8", "1", "11:00:00"), row("9", "1", "late") | {"started_at": "tomorrow"})
    tables.save(day_list(*rows), page("7", "1"))
    tables.execute("update raw.practice_lists set fetched_at = '2025-10-25 20:00+00'")
    tables.execute("update raw.practice_sessions set last_seen_at = '2025-10-25 20:01+00'")
    (session,) = tables.candidates(row("7", "1"))
    assert session.is_captured_as_listed
    assert session.row_shown_at == datetime(2025, 10, 25, 20, 0, tzinfo=UTC)
    assert session.page_read_at == datetime(2025, 10, 25, 20, 1, tzinfo=UTC)
    assert session.latest_start == f"{DAY} 11:00:00"


def test_missing_sessions_of_stored_lists_are_returned(tables: Tables) -> None:
    tables.save(day_list(row("7", "1"), row("8", "1")), day_list(row("9", "1"), day=NEXT_DAY), page("7", "1"))
    read_long_after(tables)
    missing = tables.read(lambda stored: stored.sessions_of(TRACK, [DAY, NEXT_DAY]))
    assert [(session.practice_date, session.session_id) for session in missing] == [(DAY, "8"), (NEXT_DAY, "9")]
    assert tables.read(lambda stored: stored.sessions_of(TRACK, [])) == []
    assert tables.read(lambda stored: stored.sessions_of("bend", [DAY])) == []


def test_other_months_are_those_with_sessions_or_failures(tables: Tables) -> None:
    tables.save(
        day_list(row("7", "1"), day=date(2025, 5, 3)),
        day_list(row("8", "1"), day=date(2025, 6, 7)),
        day_list(row("9", "1"), day=date(2025, 7, 5)),
        day_list(day=date(2025, 7, 5)),
        failure("month", "2025-08"),
        failure("list", "2025-09-06"),
        failure("month", "2024-08"),
    )
    months = tables.read(lambda stored: stored.other_months(TRACK, date(2025, 4, 1), date(2025, 12, 31), {"2025-05"}))
    assert sorted(months) == ["2025-06", "2025-08", "2025-09"]


def test_the_unresolved_failures_are_read_by_their_own_index(tables: Tables) -> None:
    tables.execute(LARGE_HISTORY)
    tables.save(page("1", "1"), failure("session", "7"), failure("list", f"{DAY}"), page("8", "1"))
    unresolved = tables.read(lambda stored: stored.unresolved([TRACK, "bend"]))
    assert {(failed.page.kind, failed.page.key, failed.is_in_a_row) for failed in unresolved} == {
        ("session", "7", False),
        ("list", f"{DAY}", True),
    }
    assert tables.read(lambda stored: stored.unresolved(["bend"])) == []
    tables.execute("analyze raw.failed_pages")
    with psycopg.connect(tables.database.conninfo) as connection:
        plan = connection.execute(f"explain {UNRESOLVED}", {"tracks": [TRACK, "bend"]}).fetchall()
    assert any("failed_pages_unresolved_idx" in line for (line,) in plan)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        (history.OTHER_MONTHS, {"first": date(2025, 8, 1), "last": DAY, "known_months": ["2025-10"]}),
        (history.DAYS, {"first": date(2025, 10, 1), "last": DAY}),
        (history.SESSIONS, {"stored": [DAY, date(2025, 10, 24)], "read": None, "sessions": None}),
        (history.SESSIONS, {"stored": [], "read": DAY, "sessions": Jsonb([row("7", "1")])}),
    ],
    ids=["months", "days", "sessions of stored lists", "sessions of a list"],
)
def test_no_query_scans_a_whole_table(tables: Tables, query: str, parameters: dict[str, Any]) -> None:
    tables.execute(LARGE_HISTORY)
    with psycopg.connect(tables.database.conninfo) as connection:
        plan = connection.execute(f"explain {query}", {"track_slug": TRACK, **parameters}).fetchall()
    scans = [line for (line,) in plan if "Scan" in line]
    assert [line for line in scans if "Seq Scan" in line] == []
    assert any("practice_lists_track_slug_practice_date_load_id_idx" in line for line in scans)
