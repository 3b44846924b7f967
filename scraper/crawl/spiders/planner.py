"""What a crawl asks for and what it does not, planned page by page from what the site says and the tables know."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scraper.config import Config
from scraper.crawl.spiders.freshness import list_is_due, session_is_due
from scraper.crawl.spiders.page_queue import PageToAsk, Turns
from scraper.crawl.stats import CrawlStats
from scraper.crawl.time_bounds import AHEAD, BEHIND, end_of_day, passed_everywhere
from scraper.raw.history import RawHistory

logger = logging.getLogger(__name__)

# For a TO that means "whatever there is"; beyond the calendar's last days nothing can be computed.
_FARTHEST_AHEAD = timedelta(days=366)


class CrawlPlanner:
    """The pages of one crawl, planned as others are read, so that nothing is remembered but what is next.

    A track's first page is its list for a single day, else the month that tells what there is. Days that may still go
    on somewhere are urgent: of all tracks they come before everything else.
    """

    def __init__(self, config: Config, days: tuple[date, date], stored: RawHistory, stats: CrawlStats) -> None:
        self._config = config
        self._stored = stored
        self._stats = stats
        self._now = datetime.now(UTC)
        self._first_day = days[0]
        self._last_day = min(days[1], (self._now + _FARTHEST_AHEAD).date())
        self._first_month = newest_month(self._last_day, self._now)
        self._turns = Turns()
        self._under_way = 0
        self._one_less_under_way = asyncio.Event()
        for track in config.tracks:
            day = config.practice_date
            page = PageToAsk(track, "list", f"{day}") if day else PageToAsk(track, "month", self._first_month)
            self._put([page], urgent=True)

    async def next_page(self) -> PageToAsk | None:
        """The next page to ask for; None when nothing is planned, and nothing under way that could plan anything."""
        while (page := self._turns.take()) is None and self._under_way:
            self._one_less_under_way.clear()
            await self._one_less_under_way.wait()
        if page is not None:
            self._under_way += 1
        return page

    def page_is_done(self) -> None:
        """A page from `next_page` is read and stored, or could not be had."""
        self._under_way -= 1
        self._one_less_under_way.set()

    async def month_is_read(self, track: str, month: str, payload: Mapping[str, Any]) -> None:
        """Plan the month's days that lie in the range; after a track's first page its other months, too."""
        if month == self._first_month:
            months = await self._other_months(track, payload["available_months"])
            self._put([PageToAsk(track, "month", other) for other in months], urgent=False)
        if month_of(self._first_day) <= month <= month_of(self._last_day):
            shown = {date.fromisoformat(day["date"]): day["sessions"] for day in payload["days"]}
            await self._plan_days(track, *self._part_of(month), shown)

    async def list_is_read(self, track: str, practice_date: date, rows: Sequence[Mapping[str, str]]) -> None:
        """Plan those of the day's session pages that can say anything new."""
        listed = list(dict.fromkeys(row["session_id"] for row in rows))
        due = listed
        if not self._config.refresh:
            in_question = await self._stored.sessions_in(track, practice_date, rows)
            changed = {session.session_id for session in in_question if session_is_due(session)}
            due = [session_id for session_id in listed if session_id in changed]
        self._stats.add("sessions_listed", len(listed))
        self._stats.add("sessions_unasked", len(listed) - len(due))
        if self._config.list_only:
            self._stats.add("sessions_left", len(due))
            due = []
        logger.info("%s %s: %d sessions listed, %d to fetch", track, practice_date, len(listed), len(due))
        self._put_sessions(track, practice_date, due)

    async def _other_months(self, track: str, available: Iterable[str]) -> list[str]:
        """The range's other months that the site names, or that the tables know of; the newest first."""
        in_range = set(months_between(self._first_day, self._last_day))
        known = in_range.intersection(available) | {self._first_month}
        known.update(await self._stored.remembered_months(track, self._first_day, self._last_day, known))
        for absent in in_range - known:
            self._stats.add("days_absent", self._days_until_now(*self._part_of(absent)))
        return sorted(known - {self._first_month}, reverse=True)

    async def _plan_days(self, track: str, first: date, last: date, shown: Mapping[date, str]) -> None:
        stored = await self._stored.days(track, first, last)
        known = sorted(day for day in {*shown, *stored} if first <= day <= last)
        due = {day for day in known if self._config.refresh or list_is_due(stored.get(day), shown.get(day))}
        unchanged = [day for day in known if day in shown and day not in due]
        sessions = await self._sessions_due(track, unchanged)
        self._stats.add("days_absent", self._days_until_now(first, last) - len(known))
        self._stats.add("days_unchanged", len(unchanged))
        self._stats.add("sessions_on_unchanged_days", sum(stored[day].sessions for day in unchanged))
        for day in known:  # what is planned last comes first: the newest
            if day in due:
                self._put([PageToAsk(track, "list", f"{day}")], urgent=self._is_urgent(day))
            elif day in sessions:
                logger.info("%s %s: list unchanged, %d to fetch", track, day, len(sessions[day]))
                self._put_sessions(track, day, sessions[day])

    async def _sessions_due(self, track: str, days: Sequence[date]) -> dict[date, list[str]]:
        """Sessions of days whose lists need not be read again, but that are not captured as these lists show them."""
        if not days or self._config.list_only:
            return {}
        due: dict[date, list[str]] = {}
        for session in await self._stored.sessions_of(track, days):
            if session_is_due(session) and session.session_id not in due.setdefault(session.practice_date, []):
                due[session.practice_date].append(session.session_id)
        return {day: sessions for day, sessions in due.items() if sessions}

    def _put_sessions(self, track: str, practice_date: date, session_ids: Iterable[str]) -> None:
        pages = [PageToAsk(track, "session", session_id) for session_id in session_ids]
        self._put(pages, urgent=self._is_urgent(practice_date))

    def _put(self, pages: Sequence[PageToAsk], *, urgent: bool) -> None:
        self._stats.add("pages_planned", len(pages))
        self._turns.put(pages, urgent=urgent)

    def _is_urgent(self, practice_date: date) -> bool:
        """Whether it may still be this day somewhere."""
        return passed_everywhere(end_of_day(practice_date)) > self._now

    def _part_of(self, month: str) -> tuple[date, date]:
        """First and last day of the month that lie in the range."""
        first = date.fromisoformat(f"{month}-01")
        next_month = (first + timedelta(days=31)).replace(day=1)
        return max(first, self._first_day), min(next_month - timedelta(days=1), self._last_day)

    def _days_until_now(self, first: date, last: date) -> int:
        """How many days of these can have begun anywhere."""
        return max(0, (min(last, (self._now + AHEAD).date()) - first).days + 1)


def month_of(day: date) -> str:
    """A day's month as LiveRC writes it, `YYYY-MM`."""
    return day.isoformat()[:7]


def months_between(first: date, last: date) -> Iterator[str]:
    """The months of a range, `YYYY-MM`."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = divmod(number, 12)
        yield f"{year:04d}-{month + 1:02d}"


def newest_month(last_day: date, now: datetime) -> str:
    """The last month of a range that has begun everywhere on earth: nobody knows what LiveRC shows for a coming one.

    Whichever month is asked for, its page names all months that have sessions.
    """
    return month_of(min(last_day, (now - BEHIND).date()))
