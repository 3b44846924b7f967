"""Pages and failures into the raw tables. What is stored already comes out by `stored_days`."""

import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Self

from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import dict_row

from scraper.database.connection import Database
from scraper.database.roles import Role, assume_async
from scraper.pages import PARSER_VERSION
from scraper.raw.items import FailedPage, Page, PracticeList
from scraper.raw.json_text import content_hash, storable_json, storable_text

# A statement or a transaction that takes longer than this waits for something that will not come; a connection that is
# silent for so long has lost its server. Without these a crawl would hang, and with it the lock.
_PATIENCE = """
select
    set_config('statement_timeout', '120s', false),
    set_config('idle_in_transaction_session_timeout', '60s', false)
"""
_KEEP_ALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "tcp_user_timeout": 60_000}

# The most that is kept of a page that could not be read; whole LiveRC pages are far smaller.
LARGEST_KEPT_BODY = 1024 * 1024

_PAGE_TABLES = {
    "month": ("practice_months", "month", "text"),
    "list": ("practice_lists", "practice_date", "date"),
    "session": ("practice_sessions", "session_id", "text"),
}

# Of each page of a run. The latest version is the one to compare with: a page that goes back to what it once said is a
# new version. Arrays in binary, because in text every quote of every payload would be escaped.
_SAVE_PAGES = """
with incoming as (
    select * from unnest(
        %(track_slugs)b::text[],
        %(keys)b::text[],
        %(payloads)b::text[],
        %(hashes)b::text[],
        %(urls)b::text[],
        %(read_at)b::timestamptz[]
    ) with ordinality as page (track_slug, page_key, payload, content_hash, url, read_at, place)
),
compared as (
    select incoming.*, latest.load_id as latest_id, latest.content_hash is distinct from incoming.content_hash as is_new
    from incoming
    left join lateral (
        select load_id, content_hash from raw.{table}
        where track_slug = incoming.track_slug and {key} = incoming.page_key::{key_type}
        order by load_id desc
        limit 1
    ) as latest on true
),
seen_again as (
    update raw.{table} as page set last_seen_at = greatest(page.last_seen_at, coalesce(compared.read_at, now()))
    from compared
    where page.load_id = compared.latest_id and not compared.is_new
),
new_version as (
    insert into raw.{table}
        (track_slug, {key}, payload, content_hash, url, parser_version, crawl_id, fetched_at, last_seen_at)
    select
        track_slug, page_key::{key_type}, payload::jsonb, content_hash, url, %(parser_version)s, %(crawl_id)s,
        coalesce(read_at, now()), coalesce(read_at, now())
    from compared
    where is_new
    order by place
),
resolved as (
    update raw.failed_pages as failed set resolved_at = now()
    from incoming
    where failed.track_slug = incoming.track_slug and failed.page_kind = %(kind)s
        and failed.page_key = incoming.page_key and failed.resolved_at is null
)
select is_new from compared order by place
"""

# A session that failed and has since left its day's list cannot be had any more: nobody would resolve its failure.
_RESOLVE_WHAT_LEFT = """
with versions as (
    select load_id, payload from raw.practice_lists
    where track_slug = %(track_slug)s and practice_date = %(key)s::text::date
),
listed as (
    select versions.load_id, list_row.payload ->> 'session_id' as session_id
    from versions
    cross join lateral jsonb_array_elements(versions.payload -> 'sessions') as list_row (payload)
)
update raw.failed_pages set resolved_at = now()
where track_slug = %(track_slug)s and page_kind = 'session' and resolved_at is null
    and page_key in (select session_id from listed)
    and page_key not in (select session_id from listed where load_id = (select max(load_id) from versions))
"""

_SAVE_FAILURE = """
insert into raw.failed_pages as failed
    (track_slug, page_kind, page_key, url, reason_kind, reason, http_status, body, crawl_id)
values
    (%(track_slug)s, %(kind)s, %(key)s, %(url)s, %(reason_kind)s, %(reason)s, %(http_status)s, %(body)s, %(crawl_id)s)
on conflict (track_slug, page_kind, page_key) do update set
    url = excluded.url,
    reason_kind = excluded.reason_kind,
    reason = excluded.reason,
    http_status = excluded.http_status,
    body = excluded.body,
    crawl_id = excluded.crawl_id,
    attempts = failed.attempts + 1,
    last_failed_at = now(),
    resolved_at = null
"""


class RawStore:
    """One connection to the raw tables. Every method that writes is one transaction."""

    def __init__(self, connection: AsyncConnection[dict[str, Any]], crawl_id: int) -> None:
        self._connection = connection
        self._crawl_id = crawl_id

    @classmethod
    async def connect(cls, database: Database, crawl_id: int) -> Self:
        """Connect, as the crawler's role where the database has it."""
        return cls(await connect_to_raw(database), crawl_id)

    async def close(self) -> None:
        """Give the connection back."""
        await self._connection.close()

    async def save(self, items: Sequence[Page | FailedPage]) -> list[bool]:
        """Store pages and failures, all or none; for each, whether it is a new version (a failure always is).

        The outcome is that of storing them one after another.
        """
        async with self._connection.transaction(), self._connection.cursor() as cursor:
            return [is_new for run in _runs(items) for is_new in await self._save_run(cursor, run)]

    async def _save_run(self, cursor: AsyncCursor[dict[str, Any]], run: Sequence[Page | FailedPage]) -> list[bool]:
        is_new = dict.fromkeys(map(_identity, run), True)
        for kind in _PAGE_TABLES:
            if pages := [item for item in run if item.kind == kind and not isinstance(item, FailedPage)]:
                await cursor.execute(_save_statement(kind), self._page_parameters(kind, pages))
                for page, row in zip(pages, await cursor.fetchall(), strict=True):
                    is_new[_identity(page)] = row["is_new"]
        for item in run:
            if isinstance(item, FailedPage):
                await cursor.execute(_SAVE_FAILURE, self._failure_parameters(item))
        if isinstance(run[-1], PracticeList) and "unreadable_rows" not in run[-1].payload:
            await cursor.execute(_RESOLVE_WHAT_LEFT, {"track_slug": run[-1].track_slug, "key": run[-1].key})
        return list(is_new.values())

    def _page_parameters(self, kind: str, pages: Sequence[Page]) -> dict[str, Any]:
        payloads = [storable_json(page.payload) for page in pages]
        return {
            "kind": kind,
            "track_slugs": [page.track_slug for page in pages],
            "keys": [page.key for page in pages],
            "payloads": payloads,
            "hashes": [content_hash(payload) for payload in payloads],
            "urls": [page.url for page in pages],
            "parser_version": PARSER_VERSION,
            "crawl_id": self._crawl_id,
            "read_at": [page.read_at for page in pages],
        }

    def _failure_parameters(self, failed: FailedPage) -> dict[str, Any]:
        return {
            "track_slug": failed.track_slug,
            "kind": failed.kind,
            "key": failed.key,
            "url": failed.url,
            "reason_kind": failed.reason_kind,
            "reason": storable_text(failed.reason),
            "http_status": failed.http_status,
            "body": zlib.compress(failed.body[:LARGEST_KEPT_BODY]) if failed.body else None,
            "crawl_id": self._crawl_id,
        }


async def connect_to_raw(database: Database) -> AsyncConnection[dict[str, Any]]:
    """A connection as the crawler's role where the database has it, on which nothing hangs for ever."""
    connection = await AsyncConnection.connect(database.conninfo, autocommit=True, row_factory=dict_row, **_KEEP_ALIVE)
    await assume_async(connection, Role.CRAWLER)
    await connection.execute(_PATIENCE)
    return connection


def _runs(items: Sequence[Page | FailedPage]) -> Iterator[list[Page | FailedPage]]:
    """The batch, split where order counts: no page is twice in a run, and a list, which resolves failures, ends one."""
    run: list[Page | FailedPage] = []
    seen: set[tuple[str, str, str]] = set()
    for item in items:
        if _identity(item) in seen:
            yield run
            run, seen = [], set()
        run.append(item)
        seen.add(_identity(item))
        if isinstance(item, PracticeList):
            yield run
            run, seen = [], set()
    if run:
        yield run


def _identity(item: Page | FailedPage) -> tuple[str, str, str]:
    return item.kind, item.track_slug, item.key


@cache
def _save_statement(kind: str) -> sql.Composed:
    table, key, key_type = _PAGE_TABLES[kind]
    return sql.SQL(_SAVE_PAGES).format(table=sql.Identifier(table), key=sql.Identifier(key), key_type=sql.SQL(key_type))
