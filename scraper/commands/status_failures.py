"""What `make status` says about failed pages: how many wait, until when, and which kinds cannot be read any more."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from scraper.console import counted
from scraper.crawl.failure_pauses import UNREADABLE_UNTIL_OPEN, due_at, is_in_unreadable_row, probe_due_after
from scraper.raw.page_kinds import LIST, MONTH, SESSION
from scraper.raw.unresolved import UnresolvedFailure


class Waiting:
    """The failed pages that wait, so that a command that requests nothing else can be given REFRESH=1."""

    def __init__(self, failures: Sequence[UnresolvedFailure]) -> None:
        rows = _unreadable_rows(failures)
        self._pages = [failure.page for failure in failures if _due_at(failure, rows) > failure.read_at]
        self._kinds = {key for key, row in rows.items() if probe_due_after(row) > row[0].read_at}

    def refresh(self, tracks: Collection[str], first: str, last: str) -> str:
        """Return ` REFRESH=1` if a crawl of a range reads no list without.

        A month page or its only list waits, or all pages of the kind do, since their layout seems to have changed.
        """
        range_keys = (MONTH, first[:7], last[:7]), (LIST, first, last if first == last else "")
        is_needed = any((track, kind) in self._kinds for track in tracks for kind in (MONTH, LIST)) or any(
            page.track_slug in tracks and page.kind == kind and begin <= page.key <= end
            for page in self._pages
            for kind, begin, end in range_keys
        )
        return " REFRESH=1" if is_needed else ""

    def refresh_sessions(self, track: str, missing: int) -> str:
        """Return ` REFRESH=1` if a crawl requests none of the track's missing session pages without."""
        waiting = sum(page.track_slug == track and page.kind == SESSION for page in self._pages)
        return " REFRESH=1" if (track, SESSION) in self._kinds or missing <= waiting else ""


def describe_failures(failures: Sequence[UnresolvedFailure]) -> Iterator[str]:
    """Yield a line that counts the failures, and one for each page kind of a track that cannot be read any more."""
    if not failures:
        return
    rows = _unreadable_rows(failures)
    dues = [_due_at(failure, rows) for failure in failures]
    waiting = [due for due in dues if due > failures[0].read_at]
    parts = []
    if waiting:
        which = "1 waits" if len(waiting) == 1 else f"{len(waiting)} wait, the first"
        parts.append(f"{which} until {_clock(min(waiting))} (REFRESH=1 requests every page now)")
    if due_now := len(failures) - len(waiting):
        parts.append(f"the next crawl of the same days requests {due_now} again")
    yield f"{counted(len(failures), 'failed page')} (above): {'; '.join(parts)}"
    for (track, page_kind), row in rows.items():
        yield (
            f"{page_kind} pages of {track}: the last {len(row)} could not be read, so their layout seems to have "
            f"changed, and no other is requested; one is tried from {_clock(probe_due_after(row))} on. Update this "
            "program, or correct the page object and run make reparse"
        )


def _unreadable_rows(failures: Sequence[UnresolvedFailure]) -> dict[tuple[str, str], list[UnresolvedFailure]]:
    """Return the unreadable pages in a row of each page kind at a track whose pages are no longer requested."""
    rows: dict[tuple[str, str], list[UnresolvedFailure]] = defaultdict(list)
    for failure in failures:
        if is_in_unreadable_row(failure):
            rows[failure.track_slug, failure.page_kind].append(failure)
    return {key: row for key, row in rows.items() if len(row) >= UNREADABLE_UNTIL_OPEN}


def _due_at(failure: UnresolvedFailure, rows: dict[tuple[str, str], list[UnresolvedFailure]]) -> datetime:
    row = rows.get((failure.track_slug, failure.page_kind))
    return max(due_at(failure), probe_due_after(row)) if row else due_at(failure)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
