"""The error for a page that cannot be trusted, with a reason for the log and a kind for programs."""

from enum import StrEnum


class PageErrorKind(StrEnum):
    """The machine-readable reason of a :class:`PageError`."""

    BOT_CHECK = "bot_check"
    """The site asks for a human check."""
    EMPTY = "empty"
    """The body is blank."""
    TRUNCATED = "truncated"
    """The document does not end with ``</html>``, so sessions may be missing."""
    OTHER_DATE = "other_date"
    """A LiveRC page of another day or month than the requested one."""
    CHANGED_LAYOUT = "changed_layout"
    """A LiveRC page without a landmark that all known pages of its kind have."""
    NOT_LIVERC = "not_liverc"
    """Not a LiveRC page: a proxy's error page, a login form, JSON."""
    CONTRADICTION = "contradiction"
    """The page contradicts itself: for example no sessions, but 487 laps in its statistics."""


class PageError(Exception):
    """A page that must not become a raw row. Page objects raise it when they are created or read.

    ``kind`` is the machine-readable reason, ``reason`` is one line for the log.
    """

    def __init__(self, kind: PageErrorKind, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = " ".join(reason.split())

    def __str__(self) -> str:
        return self.reason
