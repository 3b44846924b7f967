"""The planner: which pages a crawl requests, and in which order.

It replaces the priorities of Scrapy's scheduler, which holds at most a few requests at any time: a page becomes a
request only when it can be sent, so memory does not grow with the number of days and tracks.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from scraper.console import counted
from scraper.crawl.scope import CrawlScope
from scraper.crawl.spiders.freshness import is_session_stale, stale_lists
from scraper.crawl.spiders.month_counts import MonthCounts
from scraper.crawl.spiders.page_queue import PageQueue
from scraper.crawl.spiders.waiting_pages import WaitingPages
from scraper.crawl.stats import CrawlStats
from scraper.crawl.time_bounds import MOST_AHEAD_OF_UTC, MOST_BEHIND_UTC, end_of_day, passed_everywhere
from scraper.raw.history import RawHistory, StoredDay
from scraper.raw.items import CapturedPage, Item, PageId
from scraper.raw.page_kinds import LIST, MONTH, SESSION

logger = logging.getLogger(__name__)

# TO may lie far in the future; date arithmetic fails at the end of the calendar.
_FARTHEST_AHEAD = timedelta(days=366)


class CrawlPlanner:
    """Plans pages while others are read, from their payloads and the raw tables. Keeps only the pages that come next.

    A track's first pages are those that were named, or else a month page, which names days and other months. Days
    that may still be going on somewhere on earth are urgent: they come before all other days of all tracks.
    """

    def __init__(self, scope: CrawlScope, history: RawHistory, stats: CrawlStats) -> None:
        self._scope = scope
        self._history = history
        self._stats = stats
        self._now = datetime.now(UTC)
        self._first_day = scope.first_day
        self._open_from = min(scope.open_from or scope.first_day, scope.first_day)
        self._last_day = min(scope.last_day, (self._now + _FARTHEST_AHEAD).date())
        self._first_month = newest_month(self._last_day, self._now)
        self._queue = PageQueue()
        self._waiting = WaitingPages(scope, stats)
        self._in_progress = 0
        self._progress = asyncio.Event()
        for track in scope.tracks:
            named = [page for page in scope.named_pages if page.track_slug == track]
            self._put(named or [PageId(track, MONTH, self._first_month)], urgent=True)

    async def next_page(self) -> PageId | None:
        """Return the next page to request. None means the end: no page is planned or could still be planned."""
        await self._waiting.load(self._history)
        while (page := self._take()) is None and self._in_progress:
            self._progress.clear()
            await self._progress.wait()
        if page is not None:
            self._in_progress += 1
        else:
            self._waiting.end()
        return page

    def note(self, item: Item) -> None:
        """Note that a page from `next_page` was captured, or that it failed and why."""
        self._put(self._waiting.note(item), urgent=False)

    def page_is_done(self) -> None:
        """Note that a page from `next_page` was read, or failed."""
        self._in_progress -= 1
        self._progress.set()

    async def plan_from(self, captured: CapturedPage) -> CapturedPage:
        """Plan the pages that a page of this crawl leads to: days of a month page, sessions of a list.

        Return the page as it has to be stored: a list next to the number on its month page.
        """
        captured = await self._history.next_to_its_month(captured)
        page, payload = captured.page, captured.payload
        if page.kind == MONTH:
            await self._plan_from_month(
                page.track_slug, page.key, payload["available_months"], MonthCounts.of_page(payload)
            )
        elif page.kind == LIST:
            self._note_short_list(page, len(payload["sessions"]))
            await self._plan_from_list(page.track_slug, date.fromisoformat(page.key), payload["sessions"])
        return captured

    async def _plan_from_month(
        self, track: str, month: str, available_months: Iterable[str], counts: MonthCounts
    ) -> None:
        if not counts.by_day and counts.is_whole:
            self._stats.note_empty_month(track, month)
        if self._scope.named_months:
            return
        if month == self._first_month:
            months = await self._other_months(track, available_months)
            self._put([PageId(track, MONTH, other) for other in months], urgent=False)
            await self._plan_open_months(track, {month, *months})
        if month_of(self._open_from) <= month <= month_of(self._last_day):
            await self._plan_days(track, *self._days_of(month, self._open_from), counts)

    def _note_short_list(self, page: PageId, listed: int) -> None:
        if page.month_sessions is not None and listed < page.month_sessions:
            self._stats.note_short_list(page, listed)

    async def _plan_from_list(self, track: str, practice_date: date, rows: Sequence[Mapping[str, str]]) -> None:
        listed = list(dict.fromkeys(row["session_id"] for row in rows))
        stale = listed
        if not self._is_refreshed(practice_date):
            candidates = await self._history.sessions_in(track, practice_date, rows)
            stale_ids = {session.session_id for session in candidates if is_session_stale(session)}
            stale = [session_id for session_id in listed if session_id in stale_ids]
        self._stats.add("sessions_listed", len(listed))
        self._stats.add("sessions_fresh", len(listed) - len(stale))
        if self._scope.list_only:
            self._stats.add("sessions_left", len(stale))
            stale = []
        waiting = self._waiting.counts(PageId(track, SESSION, session_id) for session_id in stale)
        logger.info(
            "%s %s: %s listed, %d to fetch%s",
            track,
            practice_date,
            counted(len(listed), "session"),
            len(stale),
            f", {waiting} after a pause" if waiting else "",
        )
        self._put_sessions(track, practice_date, stale)

    async def _other_months(self, track: str, available: Iterable[str]) -> list[str]:
        """Return the other months in range that the site offers or the raw tables know, newest first."""
        in_range = set(months_between(self._first_day, self._last_day))
        known = in_range.intersection(available) | {self._first_month}
        known.update(await self._history.other_months(track, self._first_day, self._last_day, known))
        for absent in in_range - known:
            self._stats.add("days_absent", self._begun_days(*self._days_of(absent, self._first_day)))
        return sorted(known - {self._first_month}, reverse=True)

    async def _plan_open_months(self, track: str, requested: Collection[str]) -> None:
        """Plan what earlier crawls left open in the months whose pages this crawl does not request."""
        if self._scope.open_from is None:
            return
        for month in months_between(self._open_from, self._last_day):
            if month not in requested:
                await self._plan_open_month(track, month)

    async def _plan_open_month(self, track: str, month: str) -> None:
        """Plan what is open by the stored month page.

        The page itself is requested only if it failed, or to settle a contradiction: a short list was read after it.
        """
        first, last = self._days_of(month, self._open_from)
        page, stored = await self._history.month(track, month), await self._history.days(track, first, last)
        counts = MonthCounts.of_stored(page, stored)
        stale = stale_lists(stored, counts.by_day, self._now)
        if page.has_failed or any(day in stored and stored[day].is_short for day in stale):
            self._put([PageId(track, MONTH, month)], urgent=False)
        else:
            known = sorted(day for day in {*counts.by_day, *stored} if first <= day <= last)
            await self._plan_known_days(track, known, stale, counts)

    async def _plan_days(self, track: str, first: date, last: date, counts: MonthCounts) -> None:
        stored = await self._history.days(track, first, last)
        if not counts.is_whole:
            counts = counts.with_unknown(self._unknown_days(first, last, stored))
        known = sorted(day for day in {*counts.by_day, *stored} if first <= day <= last)
        # Who names a range wants its lists read now.
        stale = stale_lists(stored, counts.by_day, None if self._scope.open_from is None else self._now)
        stale.update(day for day in known if self._is_refreshed(day))
        unchanged = await self._plan_known_days(track, known, stale, counts)
        in_range = [day for day in known if day >= self._first_day]
        self._stats.add("days_absent", self._begun_days(max(first, self._first_day), last) - len(in_range))
        pausing = stale_lists(stored, counts.by_day).intersection(unchanged)
        self._stats.add("days_pausing", len(pausing))
        self._stats.add("days_unchanged", len(unchanged) - len(pausing))
        self._stats.add(
            "sessions_on_unchanged_days", sum(stored[day].sessions for day in unchanged if day not in pausing)
        )

    async def _plan_known_days(
        self, track: str, known: Sequence[date], stale: Collection[date], counts: MonthCounts
    ) -> list[date]:
        """Plan stale lists, and stale session pages of the other days. Return the days whose lists are unchanged."""
        unchanged = [day for day in known if day in counts.by_day and day not in stale]
        sessions = await self._stale_sessions(track, unchanged)
        for day in known:  # the queue returns what was planned last: the newest day
            if day in stale:
                page = PageId(track, LIST, f"{day}", month_sessions=counts.month_sessions(day))
                self._put([page], urgent=self._is_urgent(day))
            elif day in sessions:
                logger.info("%s %s: list unchanged, %d to fetch", track, day, len(sessions[day]))
                self._put_sessions(track, day, sessions[day])
        return unchanged

    async def _stale_sessions(self, track: str, days: Sequence[date]) -> dict[date, list[str]]:
        """Return the stale sessions of days whose lists are fresh."""
        if not days or self._scope.list_only:
            return {}
        stale: dict[date, list[str]] = {}
        for session in await self._history.sessions_of(track, days):
            if is_session_stale(session) and session.session_id not in stale.setdefault(session.practice_date, []):
                stale[session.practice_date].append(session.session_id)
        return {day: sessions for day, sessions in stale.items() if sessions}

    def _unknown_days(self, first: date, last: date, stored: Mapping[date, StoredDay]) -> Iterator[date]:
        """Yield the days that a month page with unreadable rows may lack: those in range, and those with sessions."""
        begun = range(self._begun_days(max(first, self._first_day), last))
        yield from (max(first, self._first_day) + timedelta(days=number) for number in begun)
        yield from (day for day, each in stored.items() if each.rows)

    def _put_sessions(self, track: str, practice_date: date, session_ids: Iterable[str]) -> None:
        pages = [PageId(track, SESSION, session_id) for session_id in session_ids]
        self._put(pages, urgent=self._is_urgent(practice_date))

    def _take(self) -> PageId | None:
        """Remove and return the next page that does not wait after a failure; None if there is none."""
        while (page := self._queue.take()) is not None and not self._waiting.admits(page):
            self._stats.add("pages_planned", -1)
        return page

    def _put(self, pages: Sequence[PageId], *, urgent: bool) -> None:
        self._stats.add("pages_planned", len(pages))
        self._queue.put(pages, urgent=urgent)

    def _is_urgent(self, practice_date: date) -> bool:
        """Return whether the day may still be going on somewhere on earth."""
        return passed_everywhere(end_of_day(practice_date)) > self._now

    def _is_refreshed(self, practice_date: date) -> bool:
        return self._scope.refresh and practice_date >= self._first_day

    def _days_of(self, month: str, first: date) -> tuple[date, date]:
        """Return the first and last day of the month between a day and the end of the range."""
        first_of_month = date.fromisoformat(f"{month}-01")
        next_month = (first_of_month + timedelta(days=31)).replace(day=1)
        return max(first_of_month, first), min(next_month - timedelta(days=1), self._last_day)

    def _begun_days(self, first: date, last: date) -> int:
        """Count the days of a range that have begun somewhere on earth."""
        return max(0, (min(last, (self._now + MOST_AHEAD_OF_UTC).date()) - first).days + 1)


def month_of(day: date) -> str:
    """Return a day's month as LiveRC writes it, `YYYY-MM`."""
    return day.isoformat()[:7]


def months_between(first: date, last: date) -> Iterator[str]:
    """Yield the months of a range, `YYYY-MM`."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = divmod(number, 12)
        yield f"{year:04d}-{month + 1:02d}"


def newest_month(last_day: date, now: datetime) -> str:
    """Return the last month of a range that has begun everywhere on earth: LiveRC's page of a future month is unknown.

    Any month page names all months that have sessions.
    """
    return month_of(min(last_day, (now - MOST_BEHIND_UTC).date()))
