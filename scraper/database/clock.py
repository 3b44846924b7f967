"""This machine's clock, compared with the database's.

The order of all stored rows follows the database's clock. Which days a scheduled run crawls follows this machine's.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

_LARGEST_SKEW = timedelta(seconds=60)


def clock_warning(connection: psycopg.Connection[Any]) -> str | None:
    """Return a line for the operator when the clocks differ by more than a minute, however long the query took."""
    before = datetime.now(UTC)
    (theirs,) = connection.execute("select clock_timestamp()").fetchone() or (before,)
    after = datetime.now(UTC)
    return skew_warning(max(before - theirs, timedelta()) + min(after - theirs, timedelta()))


def skew_warning(skew: timedelta) -> str | None:
    """Return the line for a skew of this machine's clock; negative when it is behind."""
    if abs(skew) <= _LARGEST_SKEW:
        return None
    direction = "ahead of" if skew > timedelta() else "behind"
    return (
        f"this machine's clock is {abs(skew.total_seconds()):.0f} s {direction} the database's, so a scheduled run may "
        "crawl the wrong days: synchronize both clocks by NTP"
    )
