"""The pauses of failed pages: when a page is requested again, and when a page kind that cannot be read is tried again.

Nothing is stored for this: both follow from the failures in the raw tables. The table in docs/crawling.md is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from scraper.pages import PageErrorKind
from scraper.raw.page_kinds import SESSION
from scraper.raw.unresolved import UnresolvedFailure

UNREADABLE_UNTIL_OPEN = 3
"""Number of unreadable pages of one kind in a row at one track, until the crawl requests no further page of the kind.

In a row means that no other page of the kind was captured in between.
"""

TEMPORARY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})

# What may be different in the next minute: a broken or cut response, a page that the site or robots.txt refuses.
_TEMPORARY_REASONS = {
    "no_response",
    "not_allowed",
    PageErrorKind.BOT_CHECK.value,
    PageErrorKind.EMPTY.value,
    PageErrorKind.TRUNCATED.value,
}

# A whole page that a page object does not understand.
_UNREADABLE_REASONS = {
    PageErrorKind.CHANGED_LAYOUT.value,
    PageErrorKind.CONTRADICTION.value,
    PageErrorKind.NOT_LIVERC.value,
    PageErrorKind.OTHER_DATE.value,
}

_FIRST_TEMPORARY, _FIRST_PERMANENT = timedelta(minutes=1), timedelta(minutes=30)
_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def is_temporary(reason_kind: str, http_status: int | None) -> bool:
    """Return whether the same request may soon have another result."""
    return reason_kind in _TEMPORARY_REASONS or (reason_kind == "http_status" and http_status in TEMPORARY_STATUSES)


def is_unreadable(reason_kind: str) -> bool:
    """Return whether the site sent a whole page that could not be read, as after a change of its layout."""
    return reason_kind in _UNREADABLE_REASONS


def pause(page_kind: str, attempts: int, *, temporary: bool) -> timedelta:
    """Return the time after a page's last failure in which it is not requested; `attempts` is 1 or more.

    It doubles with each attempt. Month pages and lists lead to other pages, so their longest pause is shorter.
    """
    first = _FIRST_TEMPORARY if temporary else _FIRST_PERMANENT
    doublings = min(attempts - 1, 20)  # more than any longest pause needs, and no overflow
    return min(first * (1 << doublings), _longest_pause(page_kind, temporary=temporary))


def due_at(failure: UnresolvedFailure) -> datetime:
    """Return when a failed page may be requested again."""
    temporary = is_temporary(failure.reason_kind, failure.http_status)
    return failure.last_failed_at + pause(failure.page_kind, failure.attempts, temporary=temporary)


def unreadable_rows(failures: Iterable[UnresolvedFailure]) -> dict[tuple[str, str], list[UnresolvedFailure]]:
    """Return the unreadable pages in a row, by track and page kind."""
    rows: dict[tuple[str, str], list[UnresolvedFailure]] = defaultdict(list)
    for failure in failures:
        if failure.is_in_a_row and is_unreadable(failure.reason_kind):
            rows[failure.track_slug, failure.page_kind].append(failure)
    return rows


def probe_due_at(page_kind: str, first_failed_at: datetime, last_failed_at: datetime) -> datetime:
    """Return when one page of a kind that cannot be read may be requested, to see whether it can be read again.

    The pause grows by the time in which the kind has failed already, so it at least doubles with each page that is
    tried in vain, whichever page that is.
    """
    grown = _FIRST_PERMANENT + (last_failed_at - first_failed_at)
    return last_failed_at + min(grown, _longest_pause(page_kind, temporary=False))


def probe_due_after(row: Sequence[UnresolvedFailure]) -> datetime:
    """Return the same for the unreadable pages in a row of one kind at one track, of which there is at least one."""
    first, last = min(failure.first_failed_at for failure in row), max(failure.last_failed_at for failure in row)
    return probe_due_at(row[0].page_kind, first, last)


def _longest_pause(page_kind: str, *, temporary: bool) -> timedelta:
    if page_kind == SESSION:
        return _DAY if temporary else _WEEK
    return _HOUR if temporary else _DAY
