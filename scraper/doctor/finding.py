"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: a problem keeps something from working, a warning may do so later."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line of `make doctor`: about what, and what is the case; where it is not well, what to do."""

    level: Level
    subject: str
    text: str


def ok(subject: str, text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, subject, text)


def warning(subject: str, text: str) -> Finding:
    """Works, but should be looked at."""
    return Finding(Level.WARNING, subject, text)


def problem(subject: str, text: str) -> Finding:
    """Does not work."""
    return Finding(Level.PROBLEM, subject, text)
