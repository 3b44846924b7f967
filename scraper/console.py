"""Plain tables and phrases for the output of commands."""

# Rich is imported where it is used: that takes 50 ms, and many a command prints single lines alone.
from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# For files and mails; a terminal has its own width.
_WIDTH_WITHOUT_TERMINAL = 200


def plain_console() -> Console:
    """Return a console that prints text unchanged, without colours, and does not wrap lines."""
    from rich.console import Console  # noqa: PLC0415

    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=True)


def plain_table(*columns: str, right: tuple[str, ...] = (), wrapped: str = "") -> Table:
    """Return a table without borders; those in `right` are aligned to the right, `wrapped` takes several lines."""
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column != wrapped, justify="right" if column in right else "left")
    return table


def counted(number: int, thing: str) -> str:
    """Return `1 page` or `2 pages`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def ago(when: datetime, now: datetime) -> str:
    """Return `2025-10-25 21:14 UTC, 3 h ago`."""
    return f"{when:%Y-%m-%d %H:%M %Z}, {rough_length(now - when)} ago"


def rough_length(length: timedelta) -> str:
    """Return `40 s`, `12 min`, `3 h` or `5 days`, in the largest unit that gives at least two."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"
