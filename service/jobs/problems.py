"""Why a job waits or failed: a code for programs, a sentence for people, and when it is tried again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import psycopg

from scraper.crawl.failure_pauses import pause
from scraper.errors import Code, LockHeld, PracticeError
from scraper.raw.page_kinds import LIST
from scraper.transform.verification import RowsDiffer

INTERNAL_ERROR = "INTERNAL_ERROR"
"""The code of what is nobody's fault but ours, such as a failed test of dbt or a child that was killed again and again.

None of the other codes would be true of it. The log of the worker, or that of dbt, says more.
"""

MOST_ATTEMPTS = 5
"""Number of attempts, none of which came further than those before, after which a job fails."""

LOOK_AGAIN = timedelta(seconds=2)
"""Pause after which a job that waits for a lock is tried again."""

# Sentences of our own: the text of an error may quote a page, a path or a server.
_DETAILS = {
    Code.VALIDATION_ERROR: "This cannot be crawled as it was asked for. Correct track, days or settings.",
    Code.TRACK_NOT_FOUND: "The site has no practice pages of this track. Check the name of the track.",
    Code.SITE_REFUSED: (
        "The site refuses requests, or asks for a human check. Nothing that was stored is lost. "
        "Wait, crawl more slowly, or ask LiveRC."
    ),
    Code.ROBOTS_DISALLOWED: "The site's robots.txt does not allow these pages. Ask LiveRC.",
    Code.SITE_UNREACHABLE: "The site does not answer, or answers that it is busy. Nothing that was stored is lost.",
    Code.PAGE_FORMAT_ERROR: (
        "The site's pages cannot be read. They may have a new layout: update this program, then ask again."
    ),
    Code.CRAWL_DISABLED: "Crawling is disabled by CRAWL_DISABLED=1. Set it to 0, restart, and ask again.",
    Code.DATABASE_UNAVAILABLE: "The database cannot be used. Nothing that was stored is lost. See make doctor.",
    INTERNAL_ERROR: "The job ended with an error. The log of the worker says more; make doctor checks the setup.",
}
_WAITS = "Waits for {holders} to end."
_PAUSE = "The site asks for a pause until {retry_at:%Y-%m-%d %H:%M:%S} UTC."

_DIFFER = "Rows of {tables} are not what the raw pages say. Nothing was written; a transform of all days corrects it."

_TEMPORARY = (Code.SITE_UNREACHABLE, Code.DATABASE_UNAVAILABLE)


@dataclass(frozen=True)
class Problem:
    """What a job has met. `retry_at` is when it is tried again, None when it is not, or when no time was given.

    `holders` are the jobs that it waits for, `tables` those that a verification found to differ.
    """

    code: str
    retry_at: datetime | None = None
    holders: str = ""
    tables: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: PracticeError) -> Self:
        """Return what a job may say of an error."""
        holders = error.holders if isinstance(error, LockHeld) else ""
        tables = tuple(error.tables) if isinstance(error, RowsDiffer) else ()
        return cls(error.code or INTERNAL_ERROR, error.retry_at, holders, tables)

    @property
    def detail(self) -> str:
        """The sentence for people."""
        if self.code == Code.INGESTION_IN_PROGRESS:
            return _WAITS.format(holders=self.holders or "another job")
        if self.code == Code.SITE_REFUSED and self.retry_at:
            return _PAUSE.format(retry_at=self.retry_at)
        if self.tables:
            return _DIFFER.format(tables=", ".join(self.tables))
        return _DETAILS[self.code]

    @property
    def is_wait(self) -> bool:
        """Whether a lock is held, so that nothing was tried."""
        return self.code == Code.INGESTION_IN_PROGRESS

    @property
    def is_temporary(self) -> bool:
        """Whether the same may work after a pause."""
        return self.code in _TEMPORARY

    def next_attempt(self, attempts: int, now: datetime) -> datetime | None:
        """Return when to try again after so many attempts, None for a problem that stays.

        The site's own time counts, if it gave one. Without one a site that refuses is not asked again.
        """
        if self.is_wait:
            return now + LOOK_AGAIN
        if attempts >= MOST_ATTEMPTS:
            return None
        if self.retry_at is not None:
            return max(self.retry_at, now)
        return now + pause(LIST, attempts, temporary=True) if self.is_temporary else None

    def as_json(self, retry_at: datetime | None) -> dict[str, Any]:
        """Return what is stored with a job that is tried again at this time, or has failed.

        The time of a pause that the site demands is stored in any case: other jobs keep to it, too.
        """
        if self.code == Code.SITE_REFUSED:
            retry_at = retry_at or self.retry_at
        return {"code": self.code, "detail": self.detail, "retry_at": _instant(retry_at)}


def of_database(error: psycopg.Error) -> Problem:
    """Return what a job may say of an error of the database: it is gone, or refuses a statement."""
    return Problem(Code.DATABASE_UNAVAILABLE if isinstance(error, psycopg.OperationalError) else INTERNAL_ERROR)


def _instant(moment: datetime | None) -> str | None:
    """Return a point in time as the API writes all of them."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
