"""Which practice days a month has by the site's own month page, beside what is stored of each."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from service.web.access import MayCauseRequests
from service.web.answers import json_bytes, json_response
from service.web.pools import Pools, ThePools
from service.web.problems import responses
from service.web.rows import Instant, Row, TrackSlug, select
from service.web.schemas import Strict

router = APIRouter(prefix="/practice-days", tags=["practice days"])

FRESH_FOR = timedelta(minutes=10)
"""Age up to which a month page tells the present of a month that is not over."""

NDJSON = "application/x-ndjson"
_MOST_MONTHS = 240

_SPELLED = "select source_track_slug from racing.tracks where lower(source_track_slug) = lower(%s)"


class _Page(Row):
    is_whole: bool
    is_of_whole_month: bool
    read_at: Instant


class _CalendarDay(Row):
    practice_date: date
    site_sessions: int | None
    event_id: UUID | None
    ingest_depth: str | None
    verdict: str | None
    sessions: int | None
    laps: int | None


class MonthWanted(Strict):
    """A month of a track."""

    track_slug: TrackSlug
    year: Annotated[int, Field(ge=1990, le=2200)]
    month: Annotated[int, Field(ge=1, le=12)]


class MonthsWanted(Strict):
    """The months of a track from the first to the last one, both included; at most 20 years of them are answered."""

    track_slug: TrackSlug
    first_month: Annotated[str, Field(pattern=r"^(199\d|20\d\d)-(0[1-9]|1[0-2])$", description="Such as 2025-01.")]
    last_month: Annotated[str, Field(pattern=r"^(199\d|20\d\d)-(0[1-9]|1[0-2])$", description="Such as 2025-10.")]


class StoredDay(Strict):
    """What is stored of a day."""

    event_id: UUID
    ingest_depth: str
    verdict: str | None
    sessions: int | None
    laps: int | None


class DiscoveredDay(Strict):
    """A day that the month page shows, or that is stored."""

    date: date
    session_count: int | None = Field(description="By the month page; null if it does not show the day.")
    stored: StoredDay | None


class Month(Strict):
    """The days of a month."""

    track_slug: str
    month: str = Field(description="Such as 2025-10.")
    read_at: Instant | None = Field(description="When the month page was read; null if it never was.")
    is_fresh: bool = Field(description="Whether the month page was read lately, or after the end of the month.")
    practice_days: list[DiscoveredDay]


@router.post("/discover", response_model=Month, responses=responses("UNAUTHORIZED"), dependencies=[MayCauseRequests])
def discover(wanted: MonthWanted, pools: ThePools) -> Response:
    """Return the practice days of a month with their numbers of sessions, and what is stored of each."""
    return json_response(_month(pools, wanted.track_slug, date(wanted.year, wanted.month, 1)))


@router.post(
    "/discover-range",
    response_class=Response,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}}} | responses("UNAUTHORIZED"),
    dependencies=[MayCauseRequests],
)
def discover_range(wanted: MonthsWanted, pools: ThePools) -> Response:
    """Send the answers of `discover` for several months, one a line, the newest month first."""
    first, last = (date.fromisoformat(f"{month}-01") for month in (wanted.first_month, wanted.last_month))
    lines = (json_bytes(_month(pools, wanted.track_slug, month)) + b"\n" for month in _months(first, last))
    return StreamingResponse(lines, media_type=NDJSON)


def _month(pools: Pools, track_slug: str, month: date) -> dict[str, Any]:
    # A month whose page is not fresh is answered as it is stored: no kind of job reads a month page alone yet.
    following = (month + timedelta(days=31)).replace(day=1)
    with pools.readers.connection() as connection, connection.transaction():
        spelled = connection.execute(_SPELLED, [track_slug]).fetchone()
        track = spelled[0] if spelled else track_slug
        pages = select(
            connection,
            _Page,
            "from analytics.month_pages where track_slug = %(track)s and month = %(month)s",
            track=track,
            month=month,
        )
        days = select(
            connection,
            _CalendarDay,
            """
            from analytics.track_calendar
            where track_slug = %(track)s and practice_date >= %(first)s and practice_date < %(following)s
            order by practice_date
            """,
            track=track,
            first=month,
            following=following,
        )
    page = pages[0] if pages else None
    return {
        "track_slug": track,
        "month": f"{month:%Y-%m}",
        "read_at": page and page["read_at"],
        "is_fresh": page is not None and _is_fresh(page, datetime.now(UTC)),
        "practice_days": [_discovered(day) for day in days],
    }


def _is_fresh(page: dict[str, Any], now: datetime) -> bool:
    is_final = page["is_of_whole_month"] and page["is_whole"]
    return bool(is_final or now - page["read_at"] < FRESH_FOR)


def _discovered(day: dict[str, Any]) -> dict[str, Any]:
    stored = {name: day[name] for name in StoredDay.model_fields}
    return {
        "date": day["practice_date"],
        "session_count": day["site_sessions"],
        "stored": stored if day["event_id"] else None,
    }


def _months(first: date, last: date) -> Iterator[date]:
    month, number = last, 0
    while month >= first and number < _MOST_MONTHS:
        yield month
        month, number = (month - timedelta(days=1)).replace(day=1), number + 1
