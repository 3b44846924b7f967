"""What `make status` says about failed pages: which wait, until when, and which kinds cannot be read any more."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from scraper.console import ago, counted
from scraper.crawl.failure_pauses import UNREADABLE_UNTIL_OPEN, due_at, probe_due_after, unreadable_rows
from scraper.raw.page_kinds import LIST, MONTH, SESSION
from scraper.raw.unresolved import UnresolvedFailure

MOST_FAILURES = 10


class FailedPages:
    """The failed pages, and when a crawl without REFRESH=1 requests them and others of their kinds again.

    `failures` are the newest first, all read at the same time.
    """

    def __init__(self, failures: Sequence[UnresolvedFailure]) -> None:
        self._failures = failures
        self._now = failures[0].read_at if failures else datetime.now(UTC)
        # The unreadable pages in a row of each kind at a track whose pages are no longer requested.
        self._unreadable = {
            key: row for key, row in unreadable_rows(failures).items() if len(row) >= UNREADABLE_UNTIL_OPEN
        }
        self._waiting_kinds = {key for key, row in self._unreadable.items() if probe_due_after(row) > self._now}
        dues = {failure.page: self._due_at(failure) for failure in failures}
        self._waiting = {page: due for page, due in dues.items() if due > self._now}

    def lines(self) -> Iterator[str]:
        """Yield a line for each of the newest failures, and one that counts the others."""
        for failure in self._failures[:MOST_FAILURES]:
            page = f"{failure.track_slug} {failure.page_kind} {failure.page_key}"
            times = f"{failure.attempts} times, last " if failure.attempts > 1 else ""
            yield f"failed  {page} ({times}{ago(failure.last_failed_at, self._now)}): {failure.reason}"
        if len(self._failures) > MOST_FAILURES:
            yield f"… and {len(self._failures) - MOST_FAILURES} more, all in raw.failed_pages"

    def problems(self) -> Iterator[str]:
        """Yield a line that counts the failures, and one for each page kind of a track that cannot be read any more."""
        if not self._failures:
            return
        parts = []
        if self._waiting:
            which = "1 waits" if len(self._waiting) == 1 else f"{len(self._waiting)} wait, the first"
            parts.append(f"{which} until {_clock(min(self._waiting.values()))} (REFRESH=1 requests every page now)")
        if due_now := len(self._failures) - len(self._waiting):
            parts.append(f"the next crawl of the same days requests {due_now} again")
        yield f"{counted(len(self._failures), 'failed page')} (above): {'; '.join(parts)}"
        for (track, page_kind), row in self._unreadable.items():
            yield (
                f"{page_kind} pages of {track}: the last {len(row)} could not be read, so their layout seems to have "
                f"changed, and no other is requested; one is tried from {_clock(probe_due_after(row))} on. Update this "
                "program, or correct the page object and run make reparse"
            )

    def refresh(self, tracks: Collection[str], first: str, last: str) -> str:
        """Return ` REFRESH=1` if a crawl of a range reads no list without.

        A month page or its only list waits, or all pages of the kind do, since their layout seems to have changed.
        """
        range_keys = (MONTH, first[:7], last[:7]), (LIST, first, last if first == last else "")
        is_needed = any((track, kind) in self._waiting_kinds for track in tracks for kind in (MONTH, LIST)) or any(
            page.track_slug in tracks and page.kind == kind and begin <= page.key <= end
            for page in self._waiting
            for kind, begin, end in range_keys
        )
        return " REFRESH=1" if is_needed else ""

    def refresh_sessions(self, track: str, missing: int) -> str:
        """Return ` REFRESH=1` if a crawl requests none of the track's missing session pages without."""
        waiting = sum(page.track_slug == track and page.kind == SESSION for page in self._waiting)
        return " REFRESH=1" if (track, SESSION) in self._waiting_kinds or missing <= waiting else ""

    def _due_at(self, failure: UnresolvedFailure) -> datetime:
        row = self._unreadable.get((failure.track_slug, failure.page_kind))
        return max(due_at(failure), probe_due_after(row)) if row else due_at(failure)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
