"""One item per raw table: what a page said, or that it could not be had.

A page's `body` is what was read: kept only if the database refuses what was made of it. `read_at` is when that was, by
the database's clock; None for a page that has just come.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar


@dataclass(frozen=True)
class PracticeMonth:
    """A month page: which days have sessions. `month` is `YYYY-MM`."""

    kind: ClassVar[str] = "month"
    track_slug: str
    month: str
    url: str
    payload: dict[str, Any] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    read_at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells this page from others of its kind at its track."""
        return self.month


@dataclass(frozen=True)
class PracticeList:
    """A day's list of sessions."""

    kind: ClassVar[str] = "list"
    track_slug: str
    practice_date: date
    url: str
    payload: dict[str, Any] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    read_at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells this page from others of its kind at its track."""
        return self.practice_date.isoformat()


@dataclass(frozen=True)
class PracticeSession:
    """A session's page with its laps."""

    kind: ClassVar[str] = "session"
    track_slug: str
    session_id: str
    url: str
    payload: dict[str, Any] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    read_at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells this page from others of its kind at its track."""
        return self.session_id


@dataclass(frozen=True)
class FailedPage:
    """A page that could not be had or read: on record, with its body, to be tried again.

    `kind` and `key` are those of the page that it would have been; `reason_kind` is for programs, `reason` for people.
    """

    track_slug: str
    kind: str
    key: str
    url: str
    reason_kind: str
    reason: str
    http_status: int | None = None
    body: bytes = field(default=b"", repr=False)


Page = PracticeMonth | PracticeList | PracticeSession
