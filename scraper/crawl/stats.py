"""The figures of a crawl, kept in Scrapy's stats: for the summary, the crawl log and the progress display."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from scraper.console import counted
from scraper.errors import CannotWork
from scraper.raw.items import CapturedPage, FailedPage, PageId
from scraper.raw.page_kinds import LIST, SESSION

logger = logging.getLogger(__name__)

MOST_NAMED = 3
_PREFIX = "practice/"


class CrawlStats:
    """The figures of one crawl. A page counts as stored or failed once that is committed."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @property
    def _stats(self) -> StatsCollector:
        return self._crawler.stats

    def __getitem__(self, figure: str) -> int:
        return int(self._stats.get_value(_PREFIX + figure, 0))

    def add(self, figure: str, count: int = 1) -> None:
        """Increase a figure."""
        self._stats.inc_value(_PREFIX + figure, count)

    def named(self, figure: str) -> list[str]:
        """Return what was noted under this name, in order."""
        return cast(list[str], self._stats.get_value(_PREFIX + figure, []))

    def note_empty_month(self, track: str, month: str) -> None:
        """Note a month page that shows no day."""
        self._note("empty_months", f"{track} has no practice sessions in {month}")

    def note_short_list(self, page: PageId, listed: int) -> None:
        """Note a list that shows fewer sessions than the month page."""
        lists = f"{page.track_slug} {page.key} lists {counted(listed, 'session')}"
        short = f"{lists}, its month page shows {page.month_sessions}"
        logger.warning("%s: nothing counts as removed; a later crawl reads both pages again", short)
        self._note("short_lists", short)

    def _note(self, figure: str, text: str) -> None:
        self._stats.set_value(_PREFIX + figure, [*self.named(figure), text])

    def set_stop_reason(self, reason: CannotWork) -> None:
        """Record why the crawl cannot go on; the first reason is kept."""
        if not self.stop_reason:
            self._stats.set_value(_PREFIX + "stop_reason", reason)

    @property
    def stop_reason(self) -> CannotWork | None:
        """Why the crawl could not go on; None if it could."""
        return cast(CannotWork | None, self._stats.get_value(_PREFIX + "stop_reason"))

    @property
    def requests(self) -> int:
        """Number of requests sent to the site, robots.txt and retries included."""
        return int(self._stats.get_value("downloader/request_count", 0))

    @property
    def pages_done(self) -> int:
        """Number of pages stored or failed."""
        return self["pages_stored"] + self["pages_failed"]

    @property
    def last_failure(self) -> CannotWork | None:
        """URL and reason of the page that failed last."""
        return cast(CannotWork | None, self._stats.get_value(_PREFIX + "last_failure"))

    @property
    def waiting_until(self) -> datetime | None:
        """When the first of the waiting pages is due; None if none is known to wait."""
        return cast(datetime | None, self._stats.get_value(_PREFIX + "waiting_until"))

    def add_waiting(self, page_kind: str, pages: int) -> None:
        """Count planned pages of a kind that are not requested because of earlier failures; negative: they are."""
        self.add("pages_waiting", pages)
        self.add(f"{page_kind}s_waiting", pages)

    def add_waiting_until(self, due: datetime) -> None:
        """Note that a waiting page is due at this time."""
        self._stats.set_value(_PREFIX + "waiting_until", min(due.astimezone(UTC), self.waiting_until or due))

    @property
    def waiting(self) -> str | None:
        """How many pages wait, until when, and how to request them, in one line; None if none waits."""
        if not self["pages_waiting"]:
            return None
        due = f", the first until {self.waiting_until:%Y-%m-%d %H:%M %Z}" if self.waiting_until else ""
        return (
            f"{counted(self['pages_waiting'], 'page')} not requested after failures{due}; REFRESH=1 requests every page"
        )

    @property
    def unreadable_kinds(self) -> tuple[str, ...]:
        """One line for each page kind of a track whose pages this crawl could not read any more."""
        return cast(tuple[str, ...], self._stats.get_value(_PREFIX + "unreadable_kinds", ()))

    def add_unreadable_kind(self, track: str, page_kind: str, pages: int, last_reason: str) -> None:
        """Note that the last so many pages of a kind at a track, and every one of them, could not be read."""
        line = (
            f"the layout of {page_kind} pages at {track} seems to have changed: {pages} of {pages} could not be read "
            f"({last_reason}); update this program, or correct the page object and run make reparse. Until a later "
            f"crawl can read one of them, no further {page_kind} page of {track} is requested"
        )
        self._stats.set_value(_PREFIX + "unreadable_kinds", (*self.unreadable_kinds, line))

    def page_failed(self, failed: FailedPage) -> None:
        """Count a failure that is committed."""
        self.add("pages_failed")
        self.add(f"{failed.page.kind}s_failed")
        self._stats.set_value(_PREFIX + "last_failure", CannotWork(f"{failed.url}: {failed.reason}", failed.code))

    def page_stored(self, captured: CapturedPage, *, is_new: bool) -> None:
        """Count a page that is committed: as a new version, or seen again without a change."""
        self.add("pages_stored")
        self.add("pages_changed", 1 if is_new else 0)
        if captured.page.kind == LIST:
            self.add("lists_stored")
        elif captured.page.kind == SESSION and is_new:
            laps = len(captured.payload.get("laps", []))
            self.add("sessions_captured")
            self.add("sessions_with_laps", 1 if laps else 0)
            self.add("laps", laps)
        elif captured.page.kind == SESSION:
            self.add("sessions_same")

    @property
    def figures(self) -> dict[str, int]:
        """The figures of `raw.crawls` by column, without the drivers, which are counted in the tables."""
        return {
            "requests": self.requests,
            "sessions_listed": self["sessions_listed"],
            "sessions_ingested": self["sessions_captured"],
            "sessions_unchanged": self["sessions_fresh"] + self["sessions_same"],
            "sessions_failed": self["sessions_failed"],
            "sessions_with_laps": self["sessions_with_laps"],
            "laps_ingested": self["laps"],
        }

    @property
    def has_news(self) -> bool:
        """Whether a page was stored as a new version, or failed."""
        return self["pages_changed"] + self["pages_failed"] > 0

    def problem(self, *, is_scheduled: bool, needs_list: bool = True) -> CannotWork | None:
        """Return why the crawl could not do its work; None if it could.

        That all lists wait is the normal course of a schedule, but not what was asked for with a day or a range. A
        crawl of month pages alone has done its work with any page (`needs_list=False`).
        """
        if self.stop_reason:
            return self.stop_reason
        has_lists = self["lists_stored"] + self["days_unchanged"] + self["days_pausing"] > 0
        has_lists = has_lists or (not needs_list and self["pages_stored"] > 0)
        if self["lists_failed"] + self["months_failed"] and not has_lists:
            last = self.last_failure
            text = f"no list could be read; the last failure: {last or 'see the error above'}"
            return CannotWork(text, last.code if last else None)
        if not is_scheduled and not has_lists and self["lists_waiting"] + self["months_waiting"]:
            return CannotWork(f"no list was read: {self.waiting}")
        if not self["pages_planned"] + self["pages_waiting"]:
            return CannotWork("no page was requested: see the errors above, then run this again")
        if missing := self["pages_planned"] - self.pages_done:
            pages = counted(missing, "page")
            return CannotWork(
                f"{pages} neither stored nor recorded as failed: see the errors above, then run this again"
            )
        return None


def summary(
    crawl_id: int, outcome: str, stats: CrawlStats, figures: Mapping[str, int], seconds: float
) -> Iterator[str]:
    """Yield the lines of the summary. `figures` are those of `raw.crawls`, without drivers if the database is lost."""
    yield f"Crawl {crawl_id} {outcome} after {seconds:.1f} s and {figures['requests']} requests"
    yield (
        f"  sessions  {figures['sessions_listed']} listed, {figures['sessions_ingested']} captured, "
        f"{figures['sessions_unchanged']} unchanged, {figures['sessions_failed']} failed"
    )
    drivers = figures.get("drivers_created_or_matched")
    by_drivers = "" if drivers is None else f", by {counted(drivers, 'driver')}"
    yield f"  laps      {figures['laps_ingested']} in {counted(figures['sessions_with_laps'], 'session')}{by_drivers}"
    if skipped := ", ".join(_skipped(stats)):
        yield f"  skipped   {skipped}"
    if stats.named("empty_months"):
        yield f"  empty     {_first_of(stats.named('empty_months'))}"
    if stats.named("short_lists"):
        yield f"  short     {_first_of(stats.named('short_lists'))}; a later crawl reads both pages again"
    if stats["pages_failed"]:
        yield f"  failures  {counted(stats['pages_failed'], 'page')} recorded, to be requested again after a pause"
    if stats.waiting:
        yield f"  waiting   {stats.waiting}"
    if outcome == "interrupted":
        yield "  run the same command again to continue"


def _first_of(texts: Sequence[str]) -> str:
    more = f"; and {len(texts) - MOST_NAMED} more" if len(texts) > MOST_NAMED else ""
    return "; ".join(texts[:MOST_NAMED]) + more


def _skipped(stats: CrawlStats) -> Iterator[str]:
    """Yield what was not requested and why, besides the unchanged sessions of the lists that were read."""
    if days := stats["days_unchanged"]:
        yield f"{counted(days, 'unchanged day')} with {counted(stats['sessions_on_unchanged_days'], 'session')}"
    if days := stats["days_pausing"]:
        yield f"{counted(days, 'contradicted list')} to be read again after a pause"
    if days := stats["days_absent"]:
        yield f"{counted(days, 'day')} without practice"
    if sessions := stats["sessions_left"]:
        yield f"{counted(sessions, 'session page')} left for later (LIST_ONLY)"
    if pages := stats["pages_forbidden"]:
        yield f"{counted(pages, 'page')} forbidden by robots.txt"
