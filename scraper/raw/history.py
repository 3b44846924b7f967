"""The read side of the raw tables: what is stored of a track's days, as the planner needs it.

Each query uses an index to read only the days in question, however long the history is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from scraper.database.connection import Database
from scraper.pages import read_count
from scraper.raw.items import CapturedPage
from scraper.raw.json_text import storable
from scraper.raw.page_kinds import LIST
from scraper.raw.store import connect_to_raw
from scraper.raw.unresolved import UNRESOLVED, UnresolvedFailure

# Months of a range that are not among the known ones, but have stored sessions or failed pages.
OTHER_MONTHS = """
with latest as (
    select distinct on (practice_date)
        to_char(practice_date, 'YYYY-MM') as month,
        payload #> '{sessions,0}' is not null as has_sessions
    from raw.practice_lists
    where
        track_slug = %(track_slug)s
        and practice_date between %(first)s and %(last)s
        and to_char(practice_date, 'YYYY-MM') <> all(%(known_months)s)
    order by practice_date, load_id desc
),
failed as (
    select left(page_key, 7) as month
    from raw.failed_pages
    where track_slug = %(track_slug)s and page_kind in ('month', 'list') and resolved_at is null
)
select month from latest where has_sessions
union
select month from failed
where
    month between to_char(%(first)s::date, 'YYYY-MM') and to_char(%(last)s::date, 'YYYY-MM')
    and month <> all(%(known_months)s)
"""

# A session may run past midnight, at most until the next day is over, so the rows matter only if the list was read
# before that time everywhere on earth, that is at UTC-12.
DAYS = """
with latest as (
    select distinct on (practice_date) practice_date, payload, month_sessions, fetched_at, last_seen_at
    from raw.practice_lists
    where track_slug = %(track_slug)s and practice_date between %(first)s and %(last)s
    order by practice_date, load_id desc
),
failed as (
    select page_key::date as practice_date
    from raw.failed_pages
    where
        track_slug = %(track_slug)s and page_kind = 'list' and resolved_at is null
        and page_key between %(first)s::date::text and %(last)s::date::text
)
select
    practice_date,
    failed.practice_date is not null as has_failed,
    latest.last_seen_at as read_at,
    coalesce(not latest.payload ? 'unreadable_rows', false) as is_whole,
    coalesce(jsonb_array_length(latest.payload -> 'sessions'), 0) as rows,
    (
        select count(distinct list_row.payload ->> 'session_id')
        from jsonb_array_elements(latest.payload -> 'sessions') as list_row (payload)
    ) as sessions,
    case
        when latest.last_seen_at < (practice_date + 2)::timestamp at time zone interval '-12 hours'
            then latest.payload -> 'sessions'
        else '[]'
    end as rows_near_midnight,
    latest.fetched_at as first_read_at,
    latest.month_sessions
from latest
full join failed using (practice_date)
"""

MONTH = """
select
    latest.read_at,
    coalesce(latest.days, '[]') as days,
    exists (
        select from raw.failed_pages
        where
            track_slug = %(track_slug)s and page_kind = 'month' and page_key = %(month)s and resolved_at is null
    ) as has_failed
from (values (1)) as one_row
left join (
    select last_seen_at as read_at, payload -> 'days' as days
    from raw.practice_months
    where track_slug = %(track_slug)s and month = %(month)s
    order by load_id desc
    limit 1
) as latest on true
"""

# A session page is captured with the row of the newest list version that was fetched before the page was last seen. A
# page that was seen after the following day was over everywhere shows a finished session, so no times are returned.
SESSIONS = """
with lists as (
    (
        select distinct on (practice_date) practice_date, payload -> 'sessions' as sessions
        from raw.practice_lists
        where track_slug = %(track_slug)s and practice_date = any(%(stored)s)
        order by practice_date, load_id desc
    )
    union all
    select %(read)s::date, %(sessions)s::jsonb
    where %(read)s::date is not null
),
listed as (
    select lists.practice_date, list_row.payload ->> 'session_id' as session_id, list_row.payload as list_row
    from lists
    cross join lateral jsonb_array_elements(lists.sessions) as list_row (payload)
),
captured as (
    select sessions.practice_date, sessions.session_id, page.last_seen_at as page_read_at
    from (select distinct practice_date, session_id from listed) as sessions
    cross join lateral (
        select last_seen_at
        from raw.practice_sessions
        where track_slug = %(track_slug)s and session_id = sessions.session_id
        order by load_id desc
        limit 1
    ) as page
    where not exists (
        select from raw.failed_pages as failed
        where
            failed.track_slug = %(track_slug)s and failed.page_kind = 'session'
            and failed.page_key = sessions.session_id and failed.resolved_at is null
    )
),
captured_with as (
    select captured.*, version.load_id, version.fetched_at as row_shown_at
    from captured
    cross join lateral (
        select load_id, fetched_at
        from raw.practice_lists
        where
            track_slug = %(track_slug)s and practice_date = captured.practice_date
            and fetched_at <= captured.page_read_at
        order by load_id desc
        limit 1
    ) as version
),
shown as (
    select
        versions.load_id,
        list_row.payload as list_row,
        max(list_row.payload ->> 'started_at')
            filter (where starts_with(list_row.payload ->> 'started_at', versions.practice_date::text))
            over (partition by versions.load_id) as latest_start
    from (select distinct practice_date, load_id from captured_with) as versions
    inner join raw.practice_lists as version
        on
            version.track_slug = %(track_slug)s
            and version.practice_date = versions.practice_date
            and version.load_id = versions.load_id
    cross join lateral jsonb_array_elements(version.payload -> 'sessions') as list_row (payload)
)
select
    listed.practice_date,
    listed.session_id,
    coalesce(listed.list_row ->> 'started_at', '') as started_at,
    coalesce(listed.list_row ->> 'length', '') as length,
    shown.load_id is not null as is_captured_as_listed,
    captured_with.page_read_at,
    captured_with.row_shown_at,
    shown.latest_start
from listed
left join captured_with
    on captured_with.practice_date = listed.practice_date and captured_with.session_id = listed.session_id
left join shown on shown.load_id = captured_with.load_id and shown.list_row = listed.list_row
where
    shown.load_id is null
    or captured_with.page_read_at < (listed.practice_date + 2)::timestamp at time zone interval '-12 hours'
"""


@dataclass(frozen=True)
class StoredDay:
    """The latest stored list of a day. `read_at` is None for a day that is known by its failed list page alone.

    `rows` and `sessions` differ where a list shows a session twice. `is_whole` is False for a list with unreadable
    rows. `rows_near_midnight` are the list's rows if it was read so early that a session may still have been running.
    `first_read_at` is when this version was read first, `month_sessions` the number on the month page that it was
    compared with.
    """

    practice_date: date
    has_failed: bool
    read_at: datetime | None
    is_whole: bool
    rows: int
    sessions: int
    rows_near_midnight: list[dict[str, str]]
    first_read_at: datetime | None = None
    month_sessions: int | None = None

    @property
    def is_short(self) -> bool:
        """Whether the list shows fewer sessions than its month page."""
        return self.month_sessions is not None and self.rows < self.month_sessions


@dataclass(frozen=True)
class StoredMonth:
    """The latest stored page of a month. `read_at` is None, and `days` empty, without one.

    `days` are those of the payload. `has_failed` means that the page failed when it was requested last.
    """

    read_at: datetime | None
    days: list[dict[str, str]]
    has_failed: bool


@dataclass(frozen=True)
class ListedSession:
    """A row of a list, and what is stored of the session's page.

    `is_captured_as_listed` means that the page is stored, has not failed since, and was captured with this same row.
    Then `page_read_at` is when the page was last seen, `row_shown_at` when the list was first seen with this row, and
    `latest_start` the wall-clock start of the newest session on that list.
    """

    practice_date: date
    session_id: str
    started_at: str
    length: str
    is_captured_as_listed: bool
    page_read_at: datetime | None = None
    row_shown_at: datetime | None = None
    latest_start: str | None = None


class RawHistory:
    """One connection that reads the raw tables."""

    def __init__(self, connection: AsyncConnection[dict[str, Any]]) -> None:
        self._connection = connection

    @classmethod
    async def connect(cls, database: Database) -> Self:
        """Connect with the crawler's role where the database has it."""
        return cls(await connect_to_raw(database))

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    async def other_months(self, track: str, first: date, last: date, known: Collection[str]) -> list[str]:
        """Return months (`YYYY-MM`) of the range that are not `known`, but have stored sessions or failed pages."""
        parameters = {"track_slug": track, "first": first, "last": last, "known_months": list(known)}
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(OTHER_MONTHS, parameters)
            return [row["month"] for row in await cursor.fetchall()]

    async def days(self, track: str, first: date, last: date) -> dict[date, StoredDay]:
        """Return the days of a range whose list is stored or has failed."""
        async with self._connection.cursor(row_factory=class_row(StoredDay)) as cursor:
            await cursor.execute(DAYS, {"track_slug": track, "first": first, "last": last})
            return {day.practice_date: day for day in await cursor.fetchall()}

    async def month(self, track: str, month: str) -> StoredMonth:
        """Return what is stored of a month page."""
        async with self._connection.cursor(row_factory=class_row(StoredMonth)) as cursor:
            await cursor.execute(MONTH, {"track_slug": track, "month": month})
            return (await cursor.fetchone()) or StoredMonth(None, [], has_failed=False)

    async def next_to_its_month(self, captured: CapturedPage) -> CapturedPage:
        """Return a list that was read without its month page with the number of the stored one, if it is short of that.

        So a list removes no session against the latest month page, whether this crawl or an earlier one has read it.
        """
        page = captured.page
        if page.kind != LIST or page.month_sessions is not None:
            return captured
        days = (await self.month(page.track_slug, page.key[:7])).days
        shown = [number for day in days if day["date"] == page.key and (number := read_count(day["sessions"]))]
        if not shown or len(captured.payload["sessions"]) >= shown[0]:
            return captured
        return replace(captured, page=replace(page, month_sessions=shown[0]))

    async def unresolved(self, tracks: Sequence[str]) -> list[UnresolvedFailure]:
        """Return the failures of these tracks that are not resolved, the newest last."""
        async with self._connection.cursor(row_factory=class_row(UnresolvedFailure)) as cursor:
            await cursor.execute(UNRESOLVED, {"tracks": list(tracks)})
            return await cursor.fetchall()

    async def sessions_of(self, track: str, days: Sequence[date]) -> list[ListedSession]:
        """Return the sessions on these days' stored lists whose pages may be missing or stale."""
        return await self._sessions(track, {"stored": list(days), "read": None, "sessions": None})

    async def sessions_in(
        self, track: str, practice_date: date, rows: Sequence[Mapping[str, str]]
    ) -> list[ListedSession]:
        """Return the sessions of a list that was just read whose pages may be missing or stale."""
        sessions = Jsonb(storable({"sessions": list(rows)})["sessions"])
        return await self._sessions(track, {"stored": [], "read": practice_date, "sessions": sessions})

    async def _sessions(self, track: str, lists: dict[str, Any]) -> list[ListedSession]:
        async with self._connection.cursor(row_factory=class_row(ListedSession)) as cursor:
            await cursor.execute(SESSIONS, {"track_slug": track, **lists})
            return await cursor.fetchall()
