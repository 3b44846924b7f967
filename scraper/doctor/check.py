"""One line of `make doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """A problem stops a command; a warning may do so later."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Check:
    """What was checked, with which result; a text that is not ok ends with a remedy."""

    level: Level
    subject: str
    text: str


def ok(subject: str, text: str) -> Check:
    """Report that nothing is wrong."""
    return Check(Level.OK, subject, text)


def warning(subject: str, text: str) -> Check:
    """Report what may stop a command later."""
    return Check(Level.WARNING, subject, text)


def problem(subject: str, text: str) -> Check:
    """Report what stops a command."""
    return Check(Level.PROBLEM, subject, text)
