"""What a command ends with when it cannot go on: one line for the user, and the exit status of the contract."""

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C or SIGTERM ended: what a shell reports for Ctrl-C."""


class PracticeError(Exception):
    """A foreseeable problem. Its text is one line: what is wrong, where, and what to do instead."""

    exit_status = 1


class UsageError(PracticeError):
    """An argument or a setting cannot be used. Raised while settings are read, before anything is touched."""

    exit_status = 2


class CannotWork(PracticeError):
    """The work itself is impossible: no database, the site refuses us, no list readable."""

    exit_status = 1


class LockHeld(PracticeError):
    """Another run holds the lock; the text names who and since when."""

    exit_status = 4
