"""Formats figures and names for the page. An unknown figure is a dash."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

NOTHING = "–"
FILTERS = (
    "clock",
    "counted",
    "gain",
    "gap",
    "lap_time",
    "length_of_time",
    "long_date",
    "moment",
    "percent",
    "short_name",
    "web_address",
    "whole",
)
"""The filters of the templates."""

_LONGEST_NAME = 60
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")

FLAGS = {
    "suspected_cut": "cut?",
    "fast_outlier": "fast",
    "slow_outlier": "slow",
    "suspected_crash": "crash?",
    "suspected_stop": "stop?",
    "missed_reading": "missed reading?",
}
"""A lap's flag in a word, with a question mark where the cause is a guess."""


def lap_time(seconds: Decimal | None) -> str:
    """Return `33.104`: seconds, also above a minute, as in the site's tables."""
    return NOTHING if seconds is None else f"{seconds:.3f}"


def gap(seconds: Decimal | None) -> str:
    """Return `+0.312`, or with a minus sign as wide as the plus."""
    return NOTHING if seconds is None else f"{seconds:+.3f}".replace("-", "−")


def gain(seconds: Decimal | None) -> str:
    """Return `+0.312` for faster; empty without an earlier session to compare with."""
    return "" if seconds is None else gap(seconds)


def percent(share: Decimal | None) -> str:
    """Return `95.3 %`."""
    return NOTHING if share is None else f"{share:.1f} %"


def whole(number: int | None) -> str:
    """Return `1,204`."""
    return NOTHING if number is None else f"{number:,}"


def length_of_time(seconds: Decimal | int | None) -> str:
    """Return hours, minutes and seconds: `2:03:11`, below an hour `8:28`."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(int(Decimal(seconds).to_integral_value()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clock(moment: datetime | None) -> str:
    """Return `13:02`, by the track's wall clock."""
    return NOTHING if moment is None else f"{moment:%H:%M}"


def moment(when: datetime) -> str:
    """Return `26 October 2025, 21:14 UTC`."""
    utc = when.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"


def long_date(day: date) -> str:
    """Return `Saturday, 25 October 2025`."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def short_name(text: str) -> str:
    """Return a name, shortened to fit into a table."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def counted(number: int, thing: str) -> str:
    """Return `1 lap`, `1,204 laps`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def in_words(things: Sequence[str]) -> str:
    """Return `laps`, `laps and track time`, `laps, track time and drivers`."""
    return " and ".join(part for part in (", ".join(things[:-1]), *things[-1:]) if part)


def web_address(url: str) -> str | None:
    """Return the URL if a reader can follow it: http(s), and not the sample site on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_on_the_web = parts.scheme in ("http", "https") and parts.hostname and parts.hostname not in _THIS_MACHINE
    return url if is_on_the_web else None
