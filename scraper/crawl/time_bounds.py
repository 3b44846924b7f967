"""Bounds in time for wall clocks of an unknown time zone: pages print the track's wall clock without its zone.

A track may be in any zone on earth. A calendar day begins first at UTC+14, and ends last at UTC-12.
"""

import re
from datetime import date, datetime, time, timedelta, timezone

MOST_AHEAD_OF_UTC = timedelta(hours=14)
MOST_BEHIND_UTC = timedelta(hours=12)

SESSION_TIMEOUT = timedelta(minutes=5)
"""Time after its last crossing at which a session is certainly closed: the site's three minutes, and two for the
difference between its clock and our database's."""

_LENGTH = re.compile(r"(?:(?:([0-9]{1,3}):)?([0-9]{1,4}):)?([0-9]{1,6})\Z")


def passed_everywhere(wall_clock: datetime) -> datetime:
    """Return the instant at which the last wall clock on earth shows this time."""
    return wall_clock.replace(tzinfo=timezone(-MOST_BEHIND_UTC))


def read_clock(text: str) -> datetime | None:
    """Parse a wall-clock time of a list row, such as `2025-10-25 16:36:38`; return None for any other text."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - a wall clock has no zone
    except ValueError:
        return None


def closing_time(practice_date: date, started_at: str, length: str) -> datetime:
    """Return the wall-clock time at which a session is certainly closed, unless its list row changes.

    No session lasts beyond the end of the next day, which is returned for a row that cannot be parsed.
    """
    latest = end_of_next_day(practice_date)
    start, parts = read_clock(started_at), _LENGTH.match(length)
    if start is None or parts is None:
        return latest
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    duration = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    # Compared as durations, because adding to a time at the end of the calendar would overflow.
    return latest if latest - start < duration + SESSION_TIMEOUT else start + duration + SESSION_TIMEOUT


def end_of_day(practice_date: date) -> datetime:
    """Return the wall-clock time at which a day's sessions are closed, apart from those that run past midnight."""
    return datetime.combine(practice_date, time()) + timedelta(days=1) + SESSION_TIMEOUT


def end_of_next_day(practice_date: date) -> datetime:
    """Return the wall-clock time at which the following day is over."""
    return datetime.combine(practice_date, time()) + timedelta(days=2)
