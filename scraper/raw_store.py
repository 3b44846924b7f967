"""Pages and failures into the raw tables. What is stored already comes out by `stored_days`."""

import json
import zlib
from collections.abc import Sequence
from typing import Any, Self

from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from scraper.database import ASSUME_ROLE, Database
from scraper.items import FailedPage, Page, PracticeList
from scraper.pages import PARSER_VERSION
from scraper.storable import content_hash, storable, storable_text

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

# The latest version is the one to compare with: a page that goes back to what it once said is a new version.
_SAVE_PAGE = """
with latest as (
    select load_id, content_hash from raw.{table}
    where track_slug = %(track_slug)s and {key} = %(key)s::text::{key_type}
    order by load_id desc
    limit 1
),
seen_again as (
    update raw.{table} as page set last_seen_at = now()
    from latest
    where page.load_id = latest.load_id and latest.content_hash = %(content_hash)s
),
new_version as (
    insert into raw.{table} (track_slug, {key}, payload, content_hash, url, parser_version, crawl_id)
    select
        %(track_slug)s, %(key)s::text::{key_type}, %(payload)s, %(content_hash)s,
        %(url)s, %(parser_version)s, %(crawl_id)s
    where not exists (select from latest where content_hash = %(content_hash)s)
    returning load_id
),
resolved as (
    update raw.failed_pages set resolved_at = now()
    where track_slug = %(track_slug)s and page_kind = %(kind)s and page_key = %(key)s::text and resolved_at is null
)
select exists (select from new_version) as is_new
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
        """Store pages and failures, all or none; for each, whether it is a new version (a failure always is)."""
        async with self._connection.transaction(), self._connection.cursor() as cursor:
            return [await self._save_one(cursor, item) for item in items]

    async def _save_one(self, cursor: AsyncCursor[dict[str, Any]], item: Page | FailedPage) -> bool:
        if isinstance(item, FailedPage):
            await cursor.execute(_SAVE_FAILURE, self._failure_parameters(item))
            return True
        parameters = self._page_parameters(item)
        await cursor.execute(_save_statement(item.kind), parameters)
        row = await cursor.fetchone()
        if isinstance(item, PracticeList) and "unreadable_rows" not in item.payload:
            await cursor.execute(_RESOLVE_WHAT_LEFT, parameters)
        return row is not None and bool(row["is_new"])

    def _page_parameters(self, page: Page) -> dict[str, Any]:
        payload = storable(page.payload)
        return {
            "track_slug": page.track_slug,
            "kind": page.kind,
            "key": page.key,
            "payload": Jsonb(payload, dumps=_dumps),
            "content_hash": content_hash(payload),
            "url": page.url,
            "parser_version": PARSER_VERSION,
            "crawl_id": self._crawl_id,
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
    await connection.execute(ASSUME_ROLE, ["practice_crawler"])
    await connection.execute(_PATIENCE)
    return connection


def _save_statement(kind: str) -> sql.Composed:
    table, key, key_type = _PAGE_TABLES[kind]
    return sql.SQL(_SAVE_PAGE).format(table=sql.Identifier(table), key=sql.Identifier(key), key_type=sql.SQL(key_type))


def _dumps(payload: Any) -> str:
    return json.dumps(payload, ensure_ascii=False, allow_nan=False)
