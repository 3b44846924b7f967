"""Writing the raw tables: versions, times and failures."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from scraper.database.connection import Database
from scraper.raw import store as raw_store
from scraper.raw.items import CapturedPage, FailedPage, Item, PageId
from scraper.raw.store import LARGEST_STORED_BODY, RawStore
from tests.support.waiting import LONGEST_SECONDS

DAY = "2025-10-25"
EMPTY = """
truncate raw.practice_months, raw.practice_lists, raw.practice_sessions, raw.failed_pages, raw.transform_queue
"""
# All but times and ids, with the versions of a page in their order.
CONTENTS = [
    "select session_id, payload, content_hash from raw.practice_sessions order by session_id, load_id",
    "select payload, content_hash, month_sessions from raw.practice_lists order by practice_date, load_id",
    "select month, payload, content_hash from raw.practice_months order by month, load_id",
    """
    select page_kind, page_key, reason, attempts, resolved_at is null, other_captured_at is null
    from raw.failed_pages order by 1, 2
    """,
    "select page_kind, page_key, count(*) from raw.transform_queue group by 1, 2 order by 1, 2",
]
FAILED = FailedPage(PageId("sandy", "session", "7"), "http://site/7", "http_status", "status 500", 500, b"body")

Work = Callable[[RawStore], Awaitable[Any]]


@pytest.fixture
def stored(database: Database) -> Callable[[Work], Any]:
    """Runs work on a store of its own, as part of one crawl."""
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


def session(laps: str, session_id: str = "7") -> CapturedPage:
    return CapturedPage(PageId("sandy", "session", session_id), "http://site/7", {"num_laps": laps, "driver": "Ana"})


def day_list(*listed: tuple[str, str], month_sessions: int | None = None, **other: Any) -> CapturedPage:
    sessions = [{"session_id": session_id, "laps": laps} for session_id, laps in listed]
    page = PageId("sandy", "list", DAY, month_sessions=month_sessions)
    return CapturedPage(page, "http://site/list", {"sessions": sessions, **other})


def month_page(payload: dict[str, Any]) -> CapturedPage:
    return CapturedPage(PageId("sandy", "month", "2025-10"), "http://site/month", payload)


def failed_session(session_id: str, reason: str) -> FailedPage:
    return replace(FAILED, page=PageId("sandy", "session", session_id), reason=reason)


def save_each(*items: Item) -> Work:
    async def work(store: RawStore) -> list[bool]:
        return [is_new for item in items for is_new in await store.save([item])]

    return work


def test_a_revert_is_a_new_version_and_a_repetition_is_not(database: Database, stored: Callable[[Work], Any]) -> None:
    assert stored(save_each(session("1"), session("2"), session("2"), session("1"))) == [True, True, False, True]
    versions = rows(database, "select payload ->> 'num_laps', last_seen_at > fetched_at from raw.practice_sessions")
    assert sorted(versions) == [("1", False), ("1", False), ("2", True)]


def test_every_new_version_is_queued_for_the_transform(database: Database, stored: Callable[[Work], Any]) -> None:
    stored(save_each(month_page({"days": []}), day_list(("7", "1")), session("1"), session("1"), day_list(("7", "1"))))
    assert rows(database, "select page_kind, page_key from raw.transform_queue order by entry_id") == [
        ("list", DAY),
        ("session", "7"),
    ]


def test_the_spelling_of_a_track_is_remembered_once_a_page_was_captured_under_it(
    database: Database, stored: Callable[[Work], Any]
) -> None:
    def of(track: str, item: type[CapturedPage] | type[FailedPage], *rest: Any) -> Item:
        return item(PageId(track, "session", "7"), "http://site/7", *rest)

    stored(save_each(of("sandy", FailedPage, "http_status", "status 404")))
    assert rows(database, "select track_slug from raw.tracks") == []
    stored(save_each(of("Sandy", CapturedPage, {}), of("SANDY", CapturedPage, {}), of("bend", CapturedPage, {})))
    assert rows(database, "select track_slug from raw.tracks order by lower(track_slug)") == [("bend",), ("Sandy",)]


def test_another_number_on_the_month_page_makes_a_version_of_the_same_list_and_no_month_page_makes_none(
    database: Database, stored: Callable[[Work], Any]
) -> None:
    numbers = (None, 1, None, 1, 2, None, 1)
    is_new = stored(save_each(*(day_list(("7", "1"), month_sessions=number) for number in numbers)))
    assert is_new == [True, True, False, False, True, False, True]
    versions = rows(database, "select month_sessions from raw.practice_lists order by load_id")
    assert versions == [(None,), (1,), (2,), (1,)]
    assert rows(database, "select count(*) from raw.transform_queue") == [(4,)]


def test_other_unreadable_rows_of_a_month_page_queue_its_lists(
    database: Database, stored: Callable[[Work], Any]
) -> None:
    pages = [
        month_page({"days": []} | ({"unreadable_rows": [{"row": row}]} if row else {}))
        for row in ("Soon 4", "Total 44", "Total 44", None)
    ]
    stored(save_each(day_list(("7", "1"))))
    queued: list[int] = []
    for page in pages:
        stored(save_each(page))
        queued += rows(database, "select count(*)::integer from raw.transform_queue")[0]
    assert queued == [2, 3, 3, 4]


# Few pages, so that each comes more than once in a group, with the same or another payload.
PAGES = st.one_of(
    st.builds(session, st.sampled_from("12"), st.sampled_from("78")),
    st.builds(day_list, st.sampled_from([("7", "1"), ("8", "1")])),
    st.builds(day_list, month_sessions=st.sampled_from([None, 1, 2])),
    st.just(day_list(unreadable_rows=[{"row": "?"}])),
    st.builds(month_page, st.sampled_from([{}, {"days": []}])),
    st.builds(failed_session, st.sampled_from("78"), st.sampled_from("ab")),
    st.just(FailedPage(PageId("sandy", "list", DAY), "http://site/list", "truncated", "cut")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=30)
@given(groups=st.lists(st.lists(PAGES, max_size=12), min_size=1, max_size=3))
@example(groups=[[session("1"), session("2"), session("2"), session("1")]])
@example(groups=[[day_list(("7", "1")), FAILED, day_list()], [FAILED, day_list(("8", "1"))]])
@example(groups=[[day_list(("7", "1"))], [day_list(), FAILED]])
@example(groups=[[day_list(("7", "1"))], [FAILED, day_list(), session("1", "8")]])
@example(groups=[[FAILED, session("1"), FAILED]])
@example(groups=[[day_list(month_sessions=1), day_list(), day_list(month_sessions=2)]])
@example(groups=[[FAILED, session("1", "8")], [session("1", "8"), FAILED]])
@example(groups=[[failed_session("7", "a"), session("1", "8"), session("1", "7")]])
def test_a_group_has_the_same_result_as_its_items_one_by_one(
    database: Database, stored: Callable[[Work], Any], groups: list[list[Item]]
) -> None:
    def outcome(work: Work) -> Any:
        with psycopg.connect(database.conninfo) as connection:
            connection.execute(EMPTY)
        return stored(work), [rows(database, query) for query in CONTENTS]

    async def at_once(store: RawStore) -> list[bool]:
        return [is_new for group in groups for is_new in await store.save(group)]

    assert outcome(at_once) == outcome(save_each(*[item for group in groups for item in group]))


def test_all_items_of_a_group_are_stored_or_none(database: Database, stored: Callable[[Work], Any]) -> None:
    unstorable = CapturedPage(PageId("sandy\x00", "session", "8"), "http://site/8", {})
    with pytest.raises(psycopg.DataError):
        stored(lambda store: store.save([session("1"), unstorable]))
    assert rows(database, "select count(*) from raw.practice_sessions") == [(0,)]


def test_attempts_count_since_the_page_was_captured(database: Database, stored: Callable[[Work], Any]) -> None:
    stored(save_each(FAILED, FAILED))
    assert rows(database, "select attempts, resolved_at is null from raw.failed_pages") == [(2, True)]
    stored(save_each(session("1")))
    assert rows(database, "select attempts, resolved_at is null from raw.failed_pages") == [(2, False)]
    stored(save_each(FAILED))
    assert rows(database, "select attempts, resolved_at is null from raw.failed_pages") == [(1, True)]
    assert rows(database, "select first_failed_at = last_failed_at from raw.failed_pages") == [(True,)]


def test_a_failure_knows_whether_another_page_of_its_kind_and_track_was_captured_since(
    database: Database, stored: Callable[[Work], Any]
) -> None:
    def known() -> list[tuple[Any, ...]]:
        return rows(database, "select page_key, other_captured_at is not null from raw.failed_pages order by page_key")

    elsewhere = CapturedPage(PageId("bend", "session", "8"), "http://site/8", {})
    stored(save_each(session("1", "6"), FAILED, elsewhere, month_page({})))
    assert known() == [("7", False)]
    stored(save_each(session("1", "8"), failed_session("9", "cut")))
    assert known() == [("7", True), ("9", False)]
    stored(save_each(FAILED, session("1", "8")))
    assert known() == [("7", True), ("9", True)]
    stored(save_each(session("1"), FAILED))
    assert known() == [("7", False), ("9", True)]


def test_the_stored_body_is_limited(database: Database, stored: Callable[[Work], Any]) -> None:
    huge = FailedPage(PageId("sandy", "list", DAY), "http://site/list", "truncated", "cut", 200, b"x" * 9 * 1024 * 1024)
    stored(save_each(huge))
    ((body,),) = rows(database, "select body from raw.failed_pages")
    assert len(body) < LARGEST_STORED_BODY / 100


def test_only_a_whole_list_resolves_failures_of_sessions_that_left_it(
    database: Database, stored: Callable[[Work], Any]
) -> None:
    partly_read = day_list(unreadable_rows=[{"row": "?"}])
    stored(save_each(day_list(("7", "1"), ("8", "3")), FAILED, partly_read))
    assert rows(database, "select resolved_at is null from raw.failed_pages") == [(True,)]
    short = day_list(("8", "3"), month_sessions=2)
    stored(save_each(short))
    assert rows(database, "select resolved_at is null from raw.failed_pages") == [(True,)]
    stored(save_each(day_list(("8", "3"))))
    assert rows(database, "select resolved_at is null from raw.failed_pages") == [(True,)]
    stored(save_each(day_list(("8", "3"), month_sessions=1)))
    assert rows(database, "select resolved_at is null from raw.failed_pages") == [(False,)]


def test_statements_and_transactions_have_timeouts(stored: Callable[[Work], Any]) -> None:
    async def timeouts(store: RawStore) -> dict[str, Any] | None:
        query = (
            "select current_setting('statement_timeout') as statement,"
            " current_setting('idle_in_transaction_session_timeout') as idle"
        )
        return await (await store._connection.execute(query)).fetchone()

    assert stored(timeouts) == {"statement": "2min", "idle": "1min"}


def test_a_crawler_that_hangs_in_a_transaction_loses_its_locks(
    database: Database, stored: Callable[[Work], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_store, "_TIMEOUTS", raw_store._TIMEOUTS.replace("'60s'", "'100ms'"))
    stored(save_each(FAILED))

    async def hang(store: RawStore) -> None:
        await store._connection.execute("begin")
        await store._connection.execute("update raw.failed_pages set attempts = 9")
        with psycopg.connect(database.conninfo, autocommit=True) as other:
            # This blocks until the lock is free; the event loop of the hanging crawler does not run meanwhile.
            other.execute(f"set lock_timeout = '{LONGEST_SECONDS}s'".encode())
            other.execute("update raw.failed_pages set attempts = attempts + 1")
        with pytest.raises(psycopg.Error, match="idle-in-transaction"):
            await store._connection.execute("select 1")

    stored(hang)
    assert rows(database, "select attempts from raw.failed_pages") == [(2,)]
