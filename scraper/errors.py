"""Errors that end a command: a message for the user, the exit status of the contract, and a code for programs."""

from datetime import datetime
from enum import StrEnum

INTERRUPTED = 130
"""The exit status after Ctrl-C or SIGTERM: what a shell reports for Ctrl-C."""


class Code(StrEnum):
    """What kind of problem it is. Stable: programs decide by it, and texts may change."""

    VALIDATION_ERROR = "VALIDATION_ERROR"
    TRACK_NOT_FOUND = "TRACK_NOT_FOUND"
    """The site has no such page at this track."""
    INGESTION_IN_PROGRESS = "INGESTION_IN_PROGRESS"
    SITE_REFUSED = "SITE_REFUSED"
    """The site asks for a human, for a pause, or says that the page is not for us."""
    ROBOTS_DISALLOWED = "ROBOTS_DISALLOWED"
    SITE_UNREACHABLE = "SITE_UNREACHABLE"
    """No response, or one of those that say that the site is busy or broken."""
    PAGE_FORMAT_ERROR = "PAGE_FORMAT_ERROR"
    CRAWL_DISABLED = "CRAWL_DISABLED"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"


class PracticeError(Exception):
    """A foreseeable problem. Its text is one line: what is wrong, where, and what to do about it.

    `code` is None for a problem that no program can act on. `retry_at` is the time before which the site wants no
    further request, None if it named none.
    """

    exit_status = 1
    code: Code | None = None

    def __init__(self, text: str, code: Code | None = None, retry_at: datetime | None = None) -> None:
        super().__init__(text)
        self.code = code or self.code
        self.retry_at = retry_at


class UsageError(PracticeError):
    """Arguments or settings cannot be used; one line for each. Raised before anything is changed."""

    exit_status = 2
    code = Code.VALIDATION_ERROR


class CannotWork(PracticeError):
    """The command cannot do its work: no database, the site refuses requests, no list is readable."""

    exit_status = 1


class LockHeld(PracticeError):
    """Another job holds the lock; the text names it, and since when it holds it.

    `holders` is that name alone, such as `crawl (pid 4711 on host, since 2025-10-25 21:14:03 UTC)`; empty if it has
    ended meanwhile.
    """

    exit_status = 4
    code = Code.INGESTION_IN_PROGRESS

    def __init__(self, text: str, holders: str = "") -> None:
        super().__init__(text)
        self.holders = holders
