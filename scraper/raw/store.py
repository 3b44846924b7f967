"""The write side of the raw tables: captured pages and failed pages. `scraper.raw.history` is the read side."""

import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Self, TypeGuard

from psycopg import AsyncConnection, AsyncCursor, sql

from scraper.database.connection import Database
from scraper.database.roles import Role, assume_async
from scraper.pages import PARSER_VERSION
from scraper.raw.items import CapturedPage, FailedPage, Item, PageId
from scraper.raw.json_text import content_hash, storable_json, storable_text
from scraper.raw.page_kinds import LIST, PAGE_KINDS
from scraper.raw.tracks import REMEMBER

# Without these limits a crawl could hang and keep its lock: a statement or transaction that takes longer will not end
# by itself, and a connection that is silent for longer has lost its server.
_TIMEOUTS = """
select
    set_config('statement_timeout', '120s', false),
    set_config('idle_in_transaction_session_timeout', '60s', false)
"""
_KEEP_ALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "tcp_user_timeout": 60_000}

LARGEST_STORED_BODY = 1024 * 1024
"""Bytes of a failed page's body that are stored; whole LiveRC pages are far smaller."""

# Each payload is compared with the latest version only: a page that returns to an earlier content is a new version. So
# is a list with the same content and another number of sessions on the month page, because its meaning may differ.
# Arrays are sent in binary format, because the text format escapes every quote of every payload.
_SAVE_PAGES = """
with incoming as (
    select * from unnest(
        %(track_slugs)b::text[],
        %(keys)b::text[],
        %(payloads)b::text[],
        %(hashes)b::text[],
        %(urls)b::text[],
        %(read_at)b::timestamptz[],
        %(month_sessions)b::integer[]
    ) with ordinality as page (track_slug, page_key, payload, content_hash, url, read_at, month_sessions, place)
),
compared as (
    select
        incoming.*,
        latest.load_id as latest_id,
        latest.content_hash is distinct from incoming.content_hash {or_other_number} as is_new
    from incoming
    left join lateral (
        select load_id, content_hash {number} from raw.{table}
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
        (track_slug, {key}, payload, content_hash, url, parser_version, crawl_id, fetched_at, last_seen_at {number})
    select
        track_slug, page_key::{key_type}, payload::jsonb, content_hash, url, %(parser_version)s, %(crawl_id)s,
        coalesce(read_at, now()), coalesce(read_at, now()) {number}
    from compared
    where is_new
    order by place
),
resolved as (
    update raw.failed_pages as failed set resolved_at = now(), other_captured_at = null
    from incoming
    where failed.track_slug = incoming.track_slug and failed.page_kind = %(kind)s
        and failed.page_key = incoming.page_key and failed.resolved_at is null
),
others_noted as (
    update raw.failed_pages as failed set other_captured_at = now()
    where failed.track_slug = any(%(track_slugs)b) and failed.page_kind = %(kind)s
        and failed.resolved_at is null and failed.other_captured_at is null
        and not exists (
            select from incoming
            where incoming.track_slug = failed.track_slug and incoming.page_key = failed.page_key
        )
)
select is_new from compared order by place
"""

_OR_OTHER_NUMBER = """
or (incoming.month_sessions is not null and incoming.month_sessions is distinct from latest.month_sessions)
"""

# A failed session that has left its day's list cannot be captured any more, so nothing else would resolve its failure.
_RESOLVE_UNLISTED_SESSIONS = """
with versions as (
    select load_id, payload, month_sessions from raw.practice_lists
    where track_slug = %(track_slug)s and practice_date = %(key)s::text::date
),
latest as (
    select load_id
    from versions
    where load_id = (select max(load_id) from versions)
        -- a short list removes nothing
        and jsonb_array_length(payload -> 'sessions') >= coalesce(month_sessions, 0)
),
listed as (
    select versions.load_id, list_row.payload ->> 'session_id' as session_id
    from versions
    cross join lateral jsonb_array_elements(versions.payload -> 'sessions') as list_row (payload)
)
update raw.failed_pages set resolved_at = now()
where track_slug = %(track_slug)s and page_kind = 'session' and resolved_at is null
    and page_key in (select session_id from listed)
    and exists (select from latest)
    and page_key not in (select session_id from listed inner join latest using (load_id))
"""

# `attempts` and `first_failed_at` count from the first failure since the page was last captured.
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
    attempts = case when failed.resolved_at is null then failed.attempts + 1 else 1 end,
    first_failed_at = case when failed.resolved_at is null then failed.first_failed_at else now() end,
    last_failed_at = now(),
    resolved_at = null,
    other_captured_at = case when failed.resolved_at is null then failed.other_captured_at end
"""


class RawStore:
    """One connection that writes the raw tables. Every `save` is one transaction."""

    def __init__(self, connection: AsyncConnection[dict[str, Any]], crawl_id: int) -> None:
        self._connection = connection
        self._crawl_id = crawl_id
        self._remembered: set[str] = set()

    @classmethod
    async def connect(cls, database: Database, crawl_id: int) -> Self:
        """Connect with the crawler's role where the database has it."""
        return cls(await connect_to_raw(database), crawl_id)

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    async def save(self, items: Sequence[Item]) -> list[bool]:
        """Store all items or none. Return for each whether it is a new version; a failure always is.

        The result is the same as that of storing the items one by one, in this order.
        """
        tracks = {item.page.track_slug for item in items if isinstance(item, CapturedPage)}
        async with self._connection.transaction(), self._connection.cursor() as cursor:
            if new := sorted(tracks - self._remembered):
                await cursor.execute(REMEMBER, {"track_slugs": new})
            is_new = [is_new for part in _parts(items) for is_new in await self._save_part(cursor, part)]
        self._remembered |= tracks
        return is_new

    async def _save_part(self, cursor: AsyncCursor[dict[str, Any]], part: Sequence[Item]) -> list[bool]:
        is_new = dict.fromkeys((item.page for item in part), True)
        captured = [item for item in part if isinstance(item, CapturedPage)]
        for kind in PAGE_KINDS:
            if items := [item for item in captured if item.page.kind == kind]:
                await cursor.execute(_save_statement(kind), self._page_parameters(kind, items))
                for item, row in zip(items, await cursor.fetchall(), strict=True):
                    is_new[item.page] = row["is_new"]
        for failed in part:
            if isinstance(failed, FailedPage):
                await cursor.execute(_SAVE_FAILURE, self._failure_parameters(failed))
        last = part[-1]
        if _is_list(last) and "unreadable_rows" not in last.payload:
            parameters = {"track_slug": last.page.track_slug, "key": last.page.key}
            await cursor.execute(_RESOLVE_UNLISTED_SESSIONS, parameters)
        return list(is_new.values())

    def _page_parameters(self, kind: str, items: Sequence[CapturedPage]) -> dict[str, Any]:
        payloads = [storable_json(item.payload) for item in items]
        return {
            "kind": kind,
            "track_slugs": [item.page.track_slug for item in items],
            "keys": [item.page.key for item in items],
            "payloads": payloads,
            "hashes": [content_hash(payload) for payload in payloads],
            "urls": [item.url for item in items],
            "parser_version": PARSER_VERSION,
            "crawl_id": self._crawl_id,
            "read_at": [item.read_at for item in items],
            "month_sessions": [item.page.month_sessions for item in items],
        }

    def _failure_parameters(self, failed: FailedPage) -> dict[str, Any]:
        return {
            "track_slug": failed.page.track_slug,
            "kind": failed.page.kind,
            "key": failed.page.key,
            "url": failed.url,
            "reason_kind": failed.reason_kind,
            "reason": storable_text(failed.reason),
            "http_status": failed.http_status,
            "body": zlib.compress(failed.body[:LARGEST_STORED_BODY]) if failed.body else None,
            "crawl_id": self._crawl_id,
        }


async def connect_to_raw(database: Database) -> AsyncConnection[dict[str, Any]]:
    """Open a connection with the crawler's role, where the database has it, and with timeouts."""
    connection = await database.connect_async(**_KEEP_ALIVE)
    await assume_async(connection, Role.CRAWLER)
    await connection.execute(_TIMEOUTS)
    return connection


def _parts(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Split items where order matters.

    No part has a page twice. A list, which resolves failures, ends a part. A captured page, of which earlier failures
    take note, follows no failure.
    """
    part: list[Item] = []
    seen: set[PageId] = set()
    for item in items:
        if item.page in seen or (part and isinstance(item, CapturedPage) and isinstance(part[-1], FailedPage)):
            yield part
            part, seen = [], set()
        part.append(item)
        seen.add(item.page)
        if _is_list(item):
            yield part
            part, seen = [], set()
    if part:
        yield part


def _is_list(item: Item) -> TypeGuard[CapturedPage]:
    return isinstance(item, CapturedPage) and item.page.kind == LIST


@cache
def _save_statement(kind: str) -> sql.Composed:
    page_kind = PAGE_KINDS[kind]
    return sql.SQL(_SAVE_PAGES).format(
        table=sql.Identifier(page_kind.table),
        key=sql.Identifier(page_kind.key_column),
        key_type=sql.SQL(page_kind.key_type),
        number=sql.SQL(", month_sessions" if kind == LIST else ""),
        or_other_number=sql.SQL(_OR_OTHER_NUMBER if kind == LIST else ""),
    )
