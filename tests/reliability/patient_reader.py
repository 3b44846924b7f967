"""What a reader who keeps every response knows, and what he therefore expects: written anew, from docs/crawling.md.

It shares no rule with the planner, so that a rule that is wrong there is not wrong here too.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scraper.raw.items import CapturedPage, FailedPage, Item, PageId
from tests.reliability.simulated_site import LAP

MINUTE = timedelta(minutes=1)
TEMPORARY = {"status 500", "truncated"}
LONGEST = {
    ("session", "temporary"): timedelta(days=1),
    ("session", "permanent"): timedelta(weeks=1),
    ("other", "temporary"): timedelta(hours=1),
    ("other", "permanent"): timedelta(days=1),
}
IN_A_ROW = 3


@dataclass
class Reading:
    """A response that was stored: when last, when first with this content, and what it shows.

    `number` belongs to a list: that of its month page. `row` belongs to a session: its row in the
    list that was stored before.
    """

    at: datetime
    payload: dict[str, Any]
    number: int | None
    first_at: datetime
    row: dict[str, str] | None

    @property
    def rows(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = self.payload["sessions"]
        return rows

    @property
    def ids(self) -> set[str]:
        return {row["session_id"] for row in self.rows}

    @property
    def is_whole(self) -> bool:
        return "unreadable_rows" not in self.payload

    @property
    def is_short(self) -> bool:
        return self.number is not None and len(self.rows) < self.number


@dataclass
class Failing:
    """A page that failed since it was captured last."""

    first_at: datetime
    last_at: datetime
    reason: str
    attempts: int = 1
    is_in_a_row: bool = True

    @property
    def pause_kind(self) -> str:
        return "temporary" if self.reason in TEMPORARY else "permanent"


@dataclass
class PatientReader:
    """Everything that was stored of one track. Readings count from when they were stored.

    `removed` are the sessions of each day that count as removed: a list without them that contradicts nothing was read.
    """

    latest: dict[PageId, Reading] = field(default_factory=dict)
    failing: dict[PageId, Failing] = field(default_factory=dict)
    ever_listed: dict[date, set[str]] = field(default_factory=dict)
    removed: dict[date, set[str]] = field(default_factory=dict)

    def store(self, item: Item, at: datetime, number: int | None) -> None:
        """Take note of an item that was stored; `number` is that of a list."""
        page = item.page
        if isinstance(item, FailedPage):
            self._fail(item, at)
            return
        self.failing.pop(page, None)
        for other, failing in self.failing.items():
            if other.kind == page.kind:
                failing.is_in_a_row = False
        reading, before = Reading(at, item.payload, number, at, self.row_of(page)), self.latest.get(page)
        if before and before.payload == item.payload and number in (before.number, None):
            reading.number, reading.first_at = before.number, before.first_at
        self.latest[page] = reading
        if page.kind == "list":
            self._leave_out_what_left(page, reading)

    def number_against(self, item: CapturedPage) -> int | None:
        """Return the number of sessions on the latest month page, if a list that was read without it shows fewer."""
        month = self.latest.get(PageId(item.page.track_slug, "month", item.page.key[:7]))
        if item.page.kind != "list" or month is None:
            return None
        number = counts_of(month).get(date.fromisoformat(item.page.key), 0)
        return number if number > len(item.payload["sessions"]) else None

    def _fail(self, failed: FailedPage, at: datetime) -> None:
        failing = self.failing.setdefault(failed.page, Failing(at, at, failed.reason, attempts=0))
        failing.last_at, failing.reason, failing.attempts = at, failed.reason, failing.attempts + 1

    def _leave_out_what_left(self, page: PageId, reading: Reading) -> None:
        ever = self.ever_listed.setdefault(date.fromisoformat(page.key), set())
        removed = self.removed.setdefault(date.fromisoformat(page.key), set())
        ever |= reading.ids
        removed -= reading.ids
        if reading.is_whole and not reading.is_short:
            removed |= ever - reading.ids
            for session_id in ever - reading.ids:
                self.failing.pop(PageId(page.track_slug, "session", session_id), None)

    def row_of(self, page: PageId) -> dict[str, str] | None:
        """Return the row of a session in the latest list that shows it; None for other pages too."""
        lists = [reading for other, reading in self.latest.items() if other.kind == "list"]
        rows = (row for each in lists for row in each.rows if row["session_id"] == page.key)
        return next(rows, None) if page.kind == "session" else None

    def is_final(self, page: PageId, shown: dict[str, str] | None) -> bool:
        """Return whether a crawl must not request a session page: it was read at the end, and its row is the same.

        `shown` is the row in a list that the crawl has read.
        """
        reading = self.latest.get(page)
        if reading is None or reading.row is None or page in self.failing:
            return False
        end = end_of_practice(date.fromisoformat(reading.row["started_at"][:10]), [reading.row])
        return reading.at >= end and reading.row == (shown or self.row_of(page))

    def rests(self, page: PageId, number: int | None, now: datetime) -> bool:
        """Return whether a scheduled crawl must not request a list, whose day has this number of sessions."""
        reading = self.latest.get(page)
        if reading is None or page in self.failing or reading.number != number or number is None:
            return False
        if reading.at < end_of_practice(date.fromisoformat(page.key), reading.rows):
            return False
        if reading.is_whole and len(reading.rows) == number:
            return True
        unchanged_for = reading.at - reading.first_at
        return now < reading.at + min(max(unchanged_for, 30 * MINUTE), timedelta(weeks=1))

    def settles_nothing(self, page: PageId, now: datetime) -> bool:
        """Return whether a scheduled crawl must not request the month page of another month than that of its days."""
        lists = [(page, each) for page, each in self.latest.items() if page.kind == "list"]
        short = [(other, each) for other, each in lists if other.key.startswith(page.key) and each.is_short]
        return page not in self.failing and all(self.rests(other, each.number, now) for other, each in short)

    def open_lists(self, track: str, now: datetime) -> list[date]:
        """Return the days whose lists `make status` must name: known to be missing, contradicted, or read too early."""
        first = ((now - timedelta(hours=12)).date().replace(day=1) - timedelta(days=1)).replace(day=1)
        known = {date.fromisoformat(page.key) for page in self.latest if page.kind == "list"}
        for page, reading in self.latest.items():
            if page.kind == "month":
                known |= set(counts_of(reading))
        return sorted(
            day
            for day in known
            if first <= day and over_everywhere(day) <= now and self._is_open(PageId(track, "list", f"{day}"), day)
        )

    def _is_open(self, page: PageId, day: date) -> bool:
        month = self.latest.get(PageId(page.track_slug, "month", f"{day:%Y-%m}"))
        shown = counts_of(month).get(day) if month else None
        reading = self.latest.get(page)
        if page in self.failing:
            return False  # named as a failed page
        if reading is None:
            return shown is not None
        if month and reading.at < month.at and shown is None:
            return bool(reading.rows) or reading.is_short
        differs = month is not None and reading.at < month.at and shown != len(reading.rows)
        return differs or reading.is_short or not reading.is_whole or reading.at < end_of_practice(day, reading.rows)

    def pause_of(self, page: PageId) -> timedelta:
        """Return how long a failing page must not be requested after its last failure."""
        failing = self.failing[page]
        first = MINUTE if failing.pause_kind == "temporary" else 30 * MINUTE
        longest = LONGEST["session" if page.kind == "session" else "other", failing.pause_kind]
        return min(first * (1 << min(failing.attempts - 1, 20)), longest)

    def unreadable_row(self, kind: str) -> dict[PageId, Failing]:
        """Return the failures in a row of a kind, if there are so many that its layout seems to have changed."""
        row = {
            page: failing
            for page, failing in self.failing.items()
            if page.kind == kind and failing.is_in_a_row and failing.reason == "unreadable"
        }
        return row if len(row) >= IN_A_ROW else {}

    def is_listed_from(self, page: PageId, first: date) -> bool:
        """Return whether the latest list of a day, this one or a later one, shows a session."""
        row = self.row_of(page)
        return row is not None and date.fromisoformat(row["started_at"][:10]) >= first

    def probe_pause(self, kind: str) -> timedelta:
        """Return how long no page of a kind that cannot be read must be requested after the last failure."""
        row = self.unreadable_row(kind).values()
        since_first = max(each.last_at for each in row) - min(each.first_at for each in row)
        return min(30 * MINUTE + since_first, LONGEST["session" if kind == "session" else "other", "permanent"])


def counts_of(month: Reading) -> dict[date, int]:
    """Return the number of sessions of each day of a month page."""
    return {date.fromisoformat(day["date"]): int(day["sessions"]) for day in month.payload["days"]}


def over_everywhere(day: date) -> datetime:
    """Return when a day is over in the last time zone: 12:05 UTC of the next day."""
    return datetime(day.year, day.month, day.day, 12, 5, tzinfo=UTC) + timedelta(days=1)


def end_of_practice(day: date, rows: list[dict[str, str]]) -> datetime:
    """Return the same, or when the last session is closed in the last time zone, if that is later."""
    ends = [
        datetime.fromisoformat(f"{row['started_at']}Z") + int(row["laps"]) * LAP + 5 * MINUTE + timedelta(hours=12)
        for row in rows
    ]
    return max([over_everywhere(day), *ends])
