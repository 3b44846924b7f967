"""The raw tables as the crawler writes them: versions, times and failures."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from scraper.database.connection import Database
from scraper.raw import store as raw_store
from scraper.raw.items import FailedPage, Page, PracticeList, PracticeMonth, PracticeSession
from scraper.raw.store import LARGEST_KEPT_BODY, RawStore
from tests.support.waiting import LONGEST_SECONDS

DAY = date(2025, 10, 25)
EMPTY = """
truncate raw.practice_months, raw.practice_lists, raw.practice_sessions, raw.failed_pages, raw.work_list
"""
# All but times and ids; the versions of a page in their order.
LEFT = [
    "select session_id, payload, content_hash from raw.practice_sessions order by session_id, load_id",
    "select practice_date, payload, content_hash from raw.practice_lists order by practice_date, load_id",
    "select month, payload, content_hash from raw.practice_months order by month, load_id",
    "select page_kind, page_key, reason, attempts, resolved_at is null from raw.failed_pages order by 1, 2",
    "select page_kind, page_key, count(*) from raw.work_list group by 1, 2 order by 1, 2",
]
FAILED = FailedPage("sandy", "session", "7", "http://site/7", "http_status", "status 500", 500, b"body")

Work = Callable[[RawStore], Awaitable[Any]]


@pytest.fixture
def stored(database: Database) -> Callable[[Work], Any]:
    """Does some work on a store of its own, under one record of a crawl."""
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        row = connection.execute(
            "insert into raw.crawls (arguments, version) values (%s, '0') returning crawl_id", [Jsonb({})]
        ).fetchone()
    assert row is not None

    async def run(work: Work) -> Any:
        store = await RawStore.connect(database, row[0])
        try:
            return await work(store)
        finally:
            await store.close()

    return lambda work: asyncio.run(run(work))


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.conninfo) as connection:
        return connection.execute(query).fetchall()


def session(laps: str, session_id: str = "7") -> PracticeSession:
    return PracticeSession("sandy", session_id, "http://site/7", {"num_laps": laps, "driver": "Ana"})


def day_list(*listed: tuple[str, str]) -> PracticeList:
    sessions = [{"session_id": session_id, "laps": laps} for session_id, laps in listed]
    return PracticeList("sandy", DAY, "http://site/list", {"sessions": sessions})


def save_each(*items: Page | FailedPage) -> Work:
    async def work(store: RawStore) -> list[bool]:
        return [is_new for item in items for is_new in await store.save([item])]

    return work


def test_a_revert_is_a_version_and_a_repetition_is_none(database: Database, stored: Callable[[Work], Any]) -> None:
    assert stored(save_each(session("1"), session("2"), session("2"), session("1"))) == [True, True, False, True]
    versions = rows(database, "select payload ->> 'num_laps', last_seen_at > fetched_at from raw.practice_sessions")
    assert sorted(versions) == [("1", False), ("1", False), ("2", True)]


def test_every_new_version_is_work_for_the_transform(database: Database, stored: Callable[[Work], Any]) -> None:
    month = PracticeMonth("sandy", "2025-10", "http://site/month", {"days": []})
    stored(save_each(month, day_list(("7", "1")), session("1"), session("1"), day_list(("7", "1"))))
    assert rows(database, "select page_kind, page_key from raw.work_list order by line_id") == [
        ("list", str(DAY)),
        ("session", "7"),
    ]


# Few pages, so that they come more than once in a batch, and with another text, or the same again.
PAGES = st.one_of(
    st.builds(session, st.sampled_from("12"), st.sampled_from("78")),
    st.builds(day_list, st.sampled_from([("7", "1"), ("8", "1")])),
    st.builds(day_list),
    st.just(PracticeList("sandy", DAY, "http://site/list", {"sessions": [], "unreadable_rows": [{"row": "?"}]})),
    st.builds(PracticeMonth, st.just("sandy"), st.just("2025-10"), st.just("u"), st.sampled_from([{}, {"days": []}])),
    st.builds(replace, st.just(FAILED), key=st.sampled_from("78"), reason=st.sampled_from("ab")),
    st.just(FailedPage("sandy", "list", str(DAY), "http://site/list", "truncated", "cut")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(batches=st.lists(st.lists(PAGES, max_size=12), min_size=1, max_size=3))
@example(batches=[[session("1"), session("2"), session("2"), session("1")]])
@example(batches=[[day_list(("7", "1")), FAILED, day_list()], [FAILED, day_list(("8", "1"))]])
@example(batches=[[day_list(("7", "1"))], [day_list(), FAILED]])
@example(batches=[[day_list(("7", "1"))], [FAILED, day_list(), session("1", "8")]])
@example(batches=[[FAILED, session("1"), FAILED]])
def test_a_batch_leaves_what_its_items_leave_one_by_one(
    database: Database, stored: Callable[[Work], Any], batches: list[list[Page | FailedPage]]
) -> None:
    def outcome(work: Work) -> Any:
        with psycopg.connect(database.conninfo) as connection:
            connection.execute(EMPTY)
        return stored(work), [rows(database, query) for query in LEFT]

    async def at_once(store: RawStore) -> list[bool]:
        return [is_new for batch in batches for is_new in await store.save(batch)]

    assert outcome(at_once) == outcome(save_each(*[item for batch in batches for item in batch]))


def test_all_items_of_a_batch_are_stored_or_none(database: Database, stored: Callable[[Work], Any]) -> None:
    unstorable = PracticeSession("sandy\x00", "8", "http://site/8", {})
    with pytest.raises(psycopg.DataError):
        stored(lambda store: store.save([session("1"), unstorable]))
    assert rows(database, "select count(*) from raw.practice_sessions") == [(0,)]


def test_failures_count_attempts_until_the_page_is_captured(database: Database, stored: Callable[[Work], Any]) -> None:
    stored(save_each(FAILED, FAILED))
    assert rows(database, "select attempts, resolved_at is null from raw.failed_pages") == [(2, True)]
    stored(save_each(session("1")))
    assert rows(database, "select attempts, resolved_at is null from raw.failed_pages") == [(2, False)]
    stored(save_each(FAILED))
    assert rows(database, "select attempts, resolved_at is null from raw.failed_pages") == [(3, True)]


def test_the_kept_body_is_capped(database: Database, stored: Callable[[Work], Any]) -> None:
    huge = FailedPage("sandy", "list", str(DAY), "http://site/list", "truncated", "cut", 200, b"x" * 9 * 1024 * 1024)
    stored(save_each(huge))
    ((kept,),) = rows(database, "select body from raw.failed_pages")
    assert len(kept) < LARGEST_KEPT_BODY / 100


def test_only_a_whole_list_resolves_failures_of_what_left_it(database: Database, stored: Callable[[Work], Any]) -> None:
    partly_read = PracticeList("sandy", DAY, "http://site/list", {"sessions": [], "unreadable_rows": [{"row": "?"}]})
    stored(save_each(day_list(("7", "1"), ("8", "3")), FAILED, partly_read))
    assert rows(database, "select resolved_at is null from raw.failed_pages") == [(True,)]
    stored(save_each(day_list(("8", "3"))))
    assert rows(database, "select resolved_at is null from raw.failed_pages") == [(False,)]


def test_nothing_hangs_for_ever(stored: Callable[[Work], Any]) -> None:
    async def timeouts(store: RawStore) -> dict[str, Any] | None:
        query = (
            "select current_setting('statement_timeout') as statement,"
            " current_setting('idle_in_transaction_session_timeout') as idle"
        )
        return await (await store._connection.execute(query)).fetchone()

    assert stored(timeouts) == {"statement": "2min", "idle": "1min"}


def test_a_crawler_that_stands_still_in_a_transaction_lets_go_of_its_locks(
    database: Database, stored: Callable[[Work], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_store, "_PATIENCE", raw_store._PATIENCE.replace("'60s'", "'100ms'"))
    stored(save_each(FAILED))

    async def stand_still(store: RawStore) -> None:
        await store._connection.execute("begin")
        await store._connection.execute("update raw.failed_pages set attempts = 9")
        with psycopg.connect(database.conninfo, autocommit=True) as other:
            # This waits for the lock: the event loop of the one that stands still does not run meanwhile.
            other.execute(f"set lock_timeout = '{LONGEST_SECONDS}s'".encode())
            other.execute("update raw.failed_pages set attempts = attempts + 1")
        with pytest.raises(psycopg.Error, match="idle-in-transaction"):
            await store._connection.execute("select 1")

    stored(stand_still)
    assert rows(database, "select attempts from raw.failed_pages") == [(2,)]
