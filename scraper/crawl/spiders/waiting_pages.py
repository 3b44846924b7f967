"""Planned pages that a crawl does not request: they failed lately, or pages of their kind cannot be read any more."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scraper.crawl.failure_pauses import (
    UNREADABLE_UNTIL_OPEN,
    due_at,
    is_unreadable,
    probe_due_after,
    probe_due_at,
    unreadable_rows,
)
from scraper.crawl.scope import CrawlScope
from scraper.crawl.stats import CrawlStats
from scraper.raw.history import RawHistory
from scraper.raw.items import CapturedPage, FailedPage, Item, PageId
from scraper.raw.unresolved import UnresolvedFailure


@dataclass
class _KindAtTrack:
    """The unreadable pages in a row of one page kind at one track, and what follows from them.

    `probe_due_at` is None unless earlier crawls have opened the circuit. `last_reason` is that of an unreadable page of
    this crawl. `held` are the planned pages that follow when a page of the kind is captured.
    """

    unreadable: set[str] = field(default_factory=set)
    first_failed_at: datetime | None = None
    probe_due_at: datetime | None = None
    last_reason: str | None = None
    held: list[PageId] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return len(self.unreadable) >= UNREADABLE_UNTIL_OPEN


class WaitingPages:
    """Decides for each planned page whether it is requested now.

    A failed page waits until its pause is over. When several pages of a kind in a row could not be read, all pages of
    this kind at this track wait (the circuit of the kind is open); a later crawl requests one of them, the probe, and
    the others follow once it is captured. REFRESH requests every page, and DATE its list.
    """

    def __init__(self, scope: CrawlScope, stats: CrawlStats) -> None:
        self._scope = scope
        self._named = frozenset(scope.named_pages)
        self._stats = stats
        self._due: dict[PageId, datetime] = {}
        self._unreadable: set[PageId] = set()
        self._kinds: dict[tuple[str, str], _KindAtTrack] = defaultdict(_KindAtTrack)
        self._read_at = datetime.now(UTC)
        self._is_loaded = False

    async def load(self, history: RawHistory) -> None:
        """Read the failures of earlier crawls, once."""
        if not self._is_loaded:
            self._is_loaded = True
            self._take_over(await history.unresolved(self._scope.tracks))

    def counts(self, pages: Iterable[PageId]) -> int:
        """Return how many of these pages would wait now."""
        return sum(not self._is_asked_for(page) and self._waits(page) for page in pages)

    def admits(self, page: PageId) -> bool:
        """Return whether a planned page is requested now; else it waits, and is counted as waiting."""
        if self._is_asked_for(page):
            return True
        kind, due = self._kinds.get((page.track_slug, page.kind)), self._due.get(page, self._read_at)
        if kind is not None and kind.is_open:
            if kind.probe_due_at is not None and max(kind.probe_due_at, due) <= self._read_at:
                kind.probe_due_at = None  # one probe in a crawl
                return True
            kind.held.append(page)
        elif due <= self._read_at:
            return True
        else:
            self._stats.add_waiting_until(due)
        self._stats.add_waiting(page.kind, 1)
        return False

    def _is_asked_for(self, page: PageId) -> bool:
        return self._scope.refresh or page in self._named

    def _waits(self, page: PageId) -> bool:
        kind = self._kinds.get((page.track_slug, page.kind))
        return (kind is not None and kind.is_open) or self._due.get(page, self._read_at) > self._read_at

    def note(self, item: Item) -> Sequence[PageId]:
        """Note a page that was captured or failed. Return the pages that no longer wait."""
        kind = self._kinds[item.page.track_slug, item.page.kind]
        if isinstance(item, CapturedPage):
            return self._close(kind, item.page)
        if isinstance(item, FailedPage) and is_unreadable(item.reason_kind) and item.page not in self._unreadable:
            kind.unreadable.add(item.page.key)
            kind.first_failed_at = kind.first_failed_at or datetime.now(UTC)
            kind.last_reason = item.reason
        return ()

    def end(self) -> None:
        """Give the crawl's figures what is known at its end: kinds that cannot be read, and until when they wait."""
        for (track, name), kind in self._kinds.items():
            if not kind.is_open or kind.first_failed_at is None:
                continue
            if kind.last_reason is not None:
                self._stats.add_unreadable_kind(track, name, len(kind.unreadable), kind.last_reason)
                kind.probe_due_at = probe_due_at(name, kind.first_failed_at, datetime.now(UTC))
            if kind.held and kind.probe_due_at is not None:
                self._stats.add_waiting_until(kind.probe_due_at)

    def _take_over(self, failures: Sequence[UnresolvedFailure]) -> None:
        for failure in failures:
            self._read_at = failure.read_at
            self._due[failure.page] = due_at(failure)
            if is_unreadable(failure.reason_kind) and not failure.is_in_a_row:
                self._unreadable.add(failure.page)
        for key, row in unreadable_rows(failures).items():
            kind = self._kinds[key]
            kind.unreadable = {failure.page_key for failure in row}
            kind.first_failed_at = min(failure.first_failed_at for failure in row)
            kind.probe_due_at = probe_due_after(row)

    def _close(self, kind: _KindAtTrack, captured: PageId) -> Sequence[PageId]:
        """End the row of unreadable pages, and the pauses of the pages in it: the layout can be read."""
        for key in kind.unreadable:
            page = PageId(captured.track_slug, captured.kind, key)
            self._due.pop(page, None)
            self._unreadable.add(page)
        held, kind.held = kind.held, []
        self._stats.add_waiting(captured.kind, -len(held))
        kind.unreadable, kind.first_failed_at, kind.last_reason = set(), None, None
        return held
