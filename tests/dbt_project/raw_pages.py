"""Pages as the crawler stores them, written directly into the raw tables."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from scraper.raw.tracks import REMEMBER

DAY = date(2025, 10, 25)
Row = dict[str, str]

_INSERT_PAGE = {
    "list": "insert into raw.practice_lists (track_slug, practice_date, payload, content_hash, url, parser_version,"
    " crawl_id, month_sessions) values (%s, %s, %s, %s, %s, 1, %s, %s)",
    "session": "insert into raw.practice_sessions (track_slug, session_id, payload, content_hash, url, parser_version,"
    " crawl_id) values (%s, %s, %s, %s, %s, 1, %s)",
}
_INSERT_FAILURE = """
insert into raw.failed_pages (track_slug, page_kind, page_key, url, reason_kind, reason, crawl_id)
values (%s, 'session', %s, 'https://example.test', 'status', 'the site answered with status 500', %s)
on conflict (track_slug, page_kind, page_key) do update set attempts = failed_pages.attempts + 1, resolved_at = null
"""
_RESOLVE_FAILURE = """
update raw.failed_pages set resolved_at = now()
where track_slug = %s and page_kind = 'session' and page_key = %s and resolved_at is null
"""


def listed(session_id: int | str, driver: str = "Ana Ruiz", **fields: str) -> Row:
    """A row of a day list; `fields` are the others, as the page writes them."""
    return {
        "session_id": str(session_id),
        "driver": driver,
        "class_and_transponder": "1/10 Open",
        "started_at": f"{DAY} 14:43:27",
        "laps": "2",
        "length": "1:15",
        "fast": "35.000",
        "avg": "37.500",
        **fields,
    }


def lap(number: int | str, lap_time: str, **fields: str) -> Row:
    """A lap as the script and the printed lap show it."""
    return {"x": str(number), "lap_time": lap_time, "is_valid": "1", "label": f"Lap {number}: {lap_time}", **fields}


@dataclass(frozen=True)
class DayList:
    """A version of a day's list. `month_sessions` is the number on the month page of the same crawl."""

    rows: list[Row]
    practice_date: date = DAY
    unreadable: list[str] = field(default_factory=list)
    month_sessions: int | None = None

    def payload(self) -> dict[str, Any]:
        """The payload that the page object makes of the page."""
        payload: dict[str, Any] = {"track_name": "A Track", "sessions": self.rows}
        if self.rows:
            payload |= {"stats": {"total_laps": "1"}, "leaderboard": [], "laps_by_class": []}
        if self.unreadable:
            payload["unreadable_rows"] = [{"row": row, "reason": "no link to a session"} for row in self.unreadable]
        return payload


@dataclass(frozen=True)
class SessionPage:
    """A version of a session's page."""

    session_id: int | str
    driver: str = "Ana Ruiz"
    transponder: str = ""
    laps: list[Row] = field(default_factory=lambda: [lap(1, "35.000"), lap(2, "40.000")])
    fields: Row = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """The payload that the page object makes of the page."""
        return {
            "track_name": "A Track",
            "driver": self.driver,
            "class": "1/10 Open",
            "transponder": self.transponder,
            "date": "October 25, 2025 (Saturday)",
            "start": "2:43:27pm",
            "end": "2:50:17pm",
            "length": "1:15",
            "num_laps": str(len(self.laps)),
            "fastest_lap": "35.000",
            "avg": "37.500",
            **self.fields,
            "laps": self.laps,
        }


@dataclass(frozen=True)
class Failure:
    """A session page that could not be fetched."""

    session_id: int | str


Page = DayList | SessionPage | Failure


def store(connection: psycopg.Connection[Any], track_slug: str, page: Page) -> None:
    """Store one page in one transaction, as the crawler does."""
    with connection.transaction():
        connection.execute(REMEMBER, {"track_slugs": [track_slug]})
        if isinstance(page, Failure):
            connection.execute(_INSERT_FAILURE, [track_slug, str(page.session_id), _crawl(connection)])
            return
        kind, key = ("list", page.practice_date) if isinstance(page, DayList) else ("session", str(page.session_id))
        payload = page.payload()
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        view = "session_list&d" if kind == "list" else "view_session&id"
        url = f"https://{track_slug}.example.test/practice/?p={view}={key}"
        month_sessions = [page.month_sessions] if isinstance(page, DayList) else []
        parameters = [track_slug, key, Jsonb(payload), digest, url, _crawl(connection), *month_sessions]
        connection.execute(_INSERT_PAGE[kind], parameters)
        if kind == "session":
            connection.execute(_RESOLVE_FAILURE, [track_slug, str(key)])


def store_zone(connection: psycopg.Connection[Any], track_slug: str, time_zone: str) -> None:
    """Put a track's time zone into the stored seed."""
    store_row = """
        insert into intermediate.seed_rows (seed_name, line, cells)
        select 'track_time_zones', coalesce(max(line), 1) + 1, %s
        from intermediate.seed_rows
        where seed_name = 'track_time_zones'
    """
    connection.execute(store_row, [Jsonb({"track_slug": track_slug, "time_zone": time_zone})])


def _crawl(connection: psycopg.Connection[Any]) -> int:
    found = connection.execute("select min(crawl_id) from raw.crawls").fetchone()
    if found and found[0]:
        return int(found[0])
    added = connection.execute(
        "insert into raw.crawls (arguments, version) values ('{}', 'test') returning crawl_id"
    ).fetchone()
    assert added
    return int(added[0])
