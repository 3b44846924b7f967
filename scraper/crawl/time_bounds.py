"""What can be said for certain about a track's wall clock, which the pages print without a zone.

It may be that of any zone on earth: the first to see a day is UTC+14, the last to leave it UTC-12.
"""

import re
from datetime import date, datetime, time, timedelta, timezone

AHEAD = timedelta(hours=14)
BEHIND = timedelta(hours=12)

SESSION_TIMEOUT = timedelta(minutes=5)
"""How long after its last crossing a session is closed for sure: the site's three minutes, and two for what lies
between its clock and our database's."""

_LENGTH = re.compile(r"(?:(?:([0-9]{1,3}):)?([0-9]{1,4}):)?([0-9]{1,6})\Z")


def passed_everywhere(wall_clock: datetime) -> datetime:
    """The instant from which on every wall clock on earth has passed this time."""
    return wall_clock.replace(tzinfo=timezone(-BEHIND))


def read_clock(text: str) -> datetime | None:
    """A wall-clock time as a list's rows have it, `2025-10-25 16:36:38`; None for any other text."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - a wall clock has no zone
    except ValueError:
        return None


def closing_time(practice_date: date, started_at: str, length: str) -> datetime:
    """The wall-clock time from which on a session is closed for sure, if no lap is added to what its list row says.

    Nobody drives for longer than until the end of the next day; that is the time for a row that cannot be read.
    """
    latest = end_of_next_day(practice_date)
    start, parts = read_clock(started_at), _LENGTH.match(length)
    if start is None or parts is None:
        return latest
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    driven = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    # The other way round a clock at the end of the calendar would overflow.
    return latest if latest - start < driven + SESSION_TIMEOUT else start + driven + SESSION_TIMEOUT


def end_of_day(practice_date: date) -> datetime:
    """The wall-clock time at which a day's last sessions are closed, but for those that still go on."""
    return datetime.combine(practice_date, time()) + timedelta(days=1) + SESSION_TIMEOUT


def end_of_next_day(practice_date: date) -> datetime:
    """The wall-clock time at which the day after is over."""
    return datetime.combine(practice_date, time()) + timedelta(days=2)
