"""Why a page was refused, for people and for programs."""

from enum import StrEnum


class PageErrorKind(StrEnum):
    """The machine-readable half of a :class:`PageError`."""

    BOT_CHECK = "bot_check"
    """The site asks for a human."""
    EMPTY = "empty"
    """The body is blank."""
    TRUNCATED = "truncated"
    """The document does not end with ``</html>``: what is missing could be sessions."""
    OTHER_DATE = "other_date"
    """A LiveRC page, but of another day or month than the one asked for."""
    CHANGED_LAYOUT = "changed_layout"
    """A LiveRC page without a landmark that every page of its kind has had so far."""
    NOT_LIVERC = "not_liverc"
    """No page of LiveRC's: a proxy's error page, a login form, JSON."""
    CONTRADICTION = "contradiction"
    """The page denies itself, such as no sessions beside 487 laps in its statistics."""


class PageError(Exception):
    """A page that must not become a raw row. Raised by the page classes, when made or when read.

    ``kind`` says which error it is, ``reason`` is one line in words.
    """

    def __init__(self, kind: PageErrorKind, reason: str) -> None:
        super().__init__(kind, reason)
        self.kind = kind
        self.reason = " ".join(reason.split())

    def __str__(self) -> str:
        return self.reason
