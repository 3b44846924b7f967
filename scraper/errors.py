"""Errors that end a command: a message for the user, and the exit status of the contract."""

INTERRUPTED = 130
"""The exit status after Ctrl-C or SIGTERM: what a shell reports for Ctrl-C."""


class PracticeError(Exception):
    """A foreseeable problem. Its text is one line: what is wrong, where, and what to do about it."""

    exit_status = 1


class UsageError(PracticeError):
    """Arguments or settings cannot be used; one line for each. Raised before anything is changed."""

    exit_status = 2


class CannotWork(PracticeError):
    """The command cannot do its work: no database, the site refuses requests, no list is readable."""

    exit_status = 1


class LockHeld(PracticeError):
    """Another job holds the lock; the text names it, and since when it holds it."""

    exit_status = 4
