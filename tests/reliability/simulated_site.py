"""The practice pages of one track whose content changes over simulated time: uploads, edits, removals and faults.

A page is the payload that a page object would make of it, or the failure that would be recorded.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from scraper.pages import PageErrorKind
from scraper.raw.items import CapturedPage, FailedPage, Item, PageId
from tests.dbt_project.raw_pages import DayList, SessionPage, lap, listed

LAP = timedelta(seconds=30)
TIMEOUT = timedelta(minutes=3)
"""The time without a crossing after which the site closes a session; then its page shows when it ended."""

STATUSES = {"status 404": 404, "status 500": 500}
REASONS = {"truncated": PageErrorKind.TRUNCATED.value, "unreadable": PageErrorKind.CHANGED_LAYOUT.value}
FAULTS = (*STATUSES, *REASONS)


@dataclass
class Session:
    """A session. Its laps take 30 seconds each, so it grows while it runs. `edited_at` is its last edit."""

    session_id: str
    starts: datetime
    laps: int
    edited_at: datetime

    def laps_at(self, clock: datetime) -> int:
        """Return the laps that are completed by this time of the track's clock."""
        return max(0, min(self.laps, (clock - self.starts) // LAP))

    def closes(self) -> datetime:
        """Return the time of the track's clock at which the page has its last content."""
        return self.starts + self.laps * LAP + TIMEOUT

    def row(self, clock: datetime) -> dict[str, str]:
        """Return the row of the day's list."""
        laps = self.laps_at(clock)
        return listed(
            self.session_id,
            started_at=f"{self.starts:%Y-%m-%d %H:%M:%S}",
            laps=f"{laps}",
            length=_length(laps),
            fast="30.000",
            avg="30.000",
        )

    def page(self, clock: datetime) -> dict[str, Any]:
        """Return the payload of the session's page. When it ended is no part of the row."""
        laps = self.laps_at(clock)
        return SessionPage(
            self.session_id,
            laps=[lap(number + 1, "30.000") for number in range(laps)],
            fields={
                "date": f"{self.starts:%B} {self.starts.day}, {self.starts.year} ({self.starts:%A})",
                "start": f"{self.starts:%I:%M:%S%p}".lower(),
                "end": f"{self.closes():%I:%M:%S%p}".lower() if clock >= self.closes() else "",
                "length": _length(laps),
            },
        ).payload()


@dataclass
class SimulatedSite:
    """The site of one track. `ahead_of_utc` is the track's time zone.

    `changed_at` is the time of the last upload, edit or removal of a day. The faults change pages and no session:
    `hidden` are sessions that a list does not show although the month page counts them; `uncounted` are sessions that
    the month page does not count; `overcounted` has a day for each session that it counts too much; `vanished` are days
    that neither shows; `empty_months` have no day; `damaged` are pages with an unreadable row; `broken` are pages that
    fail, and `other_layout` are page kinds that cannot be read.
    """

    track: str
    ahead_of_utc: timedelta
    days: dict[date, list[Session]] = field(default_factory=dict)
    changed_at: dict[date, datetime] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    uncounted: set[str] = field(default_factory=set)
    overcounted: list[date] = field(default_factory=list)
    vanished: set[date] = field(default_factory=set)
    empty_months: set[str] = field(default_factory=set)
    damaged: set[PageId] = field(default_factory=set)
    broken: dict[PageId, str] = field(default_factory=dict)
    other_layout: set[str] = field(default_factory=set)
    _next_id: int = 1

    def heal(self) -> None:
        """End all faults."""
        for faults in (self.hidden, self.uncounted, self.vanished, self.empty_months, self.damaged, self.other_layout):
            faults.clear()
        self.overcounted.clear()
        self.broken.clear()

    def clock(self, now: datetime) -> datetime:
        """Return the wall clock of the track."""
        return now.astimezone(UTC).replace(tzinfo=None) + self.ahead_of_utc

    def instant(self, clock: datetime) -> datetime:
        """Return the time at which the wall clock of the track shows this."""
        return (clock - self.ahead_of_utc).replace(tzinfo=UTC)

    def upload(self, now: datetime, day: date, sessions: int, laps: int) -> None:
        """Add sessions to a day, finished ones unless the day is today: then they have just begun."""
        uploaded = self.days.setdefault(day, [])
        for _ in range(sessions):
            is_today = day == self.clock(now).date()
            noon = datetime.combine(day, time(12)) + len(uploaded) * timedelta(minutes=40)
            starts = self.clock(now).replace(microsecond=0) if is_today else noon
            # The ids of the tracks of all tests differ, as those of the real site do.
            session_id = f"{self.track.rpartition('-')[2]}{self._next_id:04d}"
            uploaded.append(Session(session_id, starts, laps, edited_at=now))
            self._next_id += 1
        self.changed_at[day] = now

    def edit(self, now: datetime, day: date, session: Session) -> None:
        """Give a session one lap more; its row shows that."""
        session.laps += 1
        session.edited_at = self.changed_at[day] = now

    def remove(self, now: datetime, day: date, session: Session) -> None:
        """Remove a session."""
        self.days[day].remove(session)
        self.changed_at[day] = now

    def settled_at(self, day: date) -> datetime:
        """Return when the pages of a day had their last change, that of running sessions included."""
        closed = [self.instant(session.closes()) for session in self.days.get(day, [])]
        return max([self.changed_at.get(day, datetime.min.replace(tzinfo=UTC)), *closed])

    def session(self, session_id: str) -> Session | None:
        """Return a session; None if the site does not have it any more."""
        every = (session for sessions in self.days.values() for session in sessions)
        return next((session for session in every if session.session_id == session_id), None)

    def respond(self, page: PageId, now: datetime) -> Item:
        """Return what a crawl makes of the response."""
        fault = "unreadable" if page.kind in self.other_layout else self.broken.get(page)
        payload = None if fault else self._payload(page, now)
        url = f"http://site/{page.track_slug}/{page.kind}/{page.key}"
        if payload is not None:
            return CapturedPage(page, url, payload)
        fault = fault or "status 404"
        return FailedPage(page, url, REASONS.get(fault, "http_status"), fault, STATUSES.get(fault))

    def _payload(self, page: PageId, now: datetime) -> dict[str, Any] | None:
        clock = self.clock(now)
        if page.kind == "month":
            return self._month(page, now)
        if page.kind == "list":
            day = date.fromisoformat(page.key)
            unreadable = ["a row without a link"] if page in self.damaged else []
            return DayList([each.row(clock) for each in self.listed(day, now)], day, unreadable).payload()
        session = self.session(page.key)
        return None if session is None else session.page(clock)

    def listed(self, day: date, now: datetime) -> list[Session]:
        """Return the sessions that the list of a day shows."""
        return [session for session in self.visible(day, now) if session.session_id not in self.hidden]

    def visible(self, day: date, now: datetime) -> list[Session]:
        """Return the sessions of a day that have begun."""
        begun = [session for session in self.days.get(day, []) if session.starts <= self.clock(now)]
        return [] if day in self.vanished else begun

    def counts(self, month: str, now: datetime) -> dict[date, int]:
        """Return the number of sessions of each day that the month page shows."""
        if month in self.empty_months:
            return {}
        days = sorted(day for day in self.days if f"{day:%Y-%m}" == month)
        counts = {day: sum(each.session_id not in self.uncounted for each in self.visible(day, now)) for day in days}
        return {day: count + self.overcounted.count(day) for day, count in counts.items() if count}

    def _month(self, page: PageId, now: datetime) -> dict[str, Any]:
        counts = self.counts(page.key, now)
        is_damaged = page in self.damaged and counts
        shown = list(counts.items())[1:] if is_damaged else counts.items()
        payload: dict[str, Any] = {
            "track_name": "A Track",
            "month_heading": page.key,
            "available_months": sorted({f"{day:%Y-%m}" for day in self.days}, reverse=True),
            "days": [{"date": f"{day}", "label": f"{day}", "sessions": f"{count}"} for day, count in shown],
        }
        if is_damaged:
            payload["unreadable_rows"] = [{"row": "a row", "reason": "no link to the day's list"}]
        return payload


def _length(laps: int) -> str:
    minutes, seconds = divmod(int(laps * LAP.total_seconds()), 60)
    return f"{minutes}:{seconds:02d}"
