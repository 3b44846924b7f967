"""Days and months in headings and other texts: in English, whatever the locale of this machine."""

import re
from collections.abc import Mapping
from datetime import date

_MONTHS = {
    "January": 1,
    "February": 2,
    "March": 3,
    "April": 4,
    "May": 5,
    "June": 6,
    "July": 7,
    "August": 8,
    "September": 9,
    "October": 10,
    "November": 11,
    "December": 12,
}
_NAMES = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)
_DATES = re.compile(rf"\b(?:{_NAMES})\.? (?:[0-9]{{1,2}}, )?[0-9]{{4}}\b|\b[0-9]{{4}}-[0-9]{{2}}(?:-[0-9]{{2}})?\b")
_DAY = re.compile(r"([A-Z][a-z]+) ([0-9]{1,2}), ([0-9]{4})\b")
_SHORT_DAY = re.compile(r"(?:[A-Z][a-z]+, )?([A-Z][a-z]{2})[a-z]*\.? ([0-9]{1,2}), ([0-9]{4})\b")
_MONTH = re.compile(r"([A-Z][a-z]+) ([0-9]{4})\b")


def day_in_heading(heading: str) -> str | None:
    """Return ``2025-10-25`` for ``October 25, 2025 (Saturday)``; None if it is no day of the calendar."""
    found = _DAY.match(heading)
    return _day(found, _MONTHS) if found else None


def day_in_text(text: str) -> str | None:
    """Return ``2025-10-25`` for ``Sat, Oct 25, 2025``; None if it is no day of the calendar."""
    found = _SHORT_DAY.match(text)
    return _day(found, {name[:3]: number for name, number in _MONTHS.items()}) if found else None


def month_in_heading(heading: str) -> str | None:
    """Return ``2025-10`` for ``October 2025``; None if it is no month."""
    if not (found := _MONTH.match(heading)) or found[1] not in _MONTHS:
        return None
    return f"{found[2]}-{_MONTHS[found[1]]:02}"


def without_dates(text: str) -> str:
    """Return a text without its days and months: ``October 25, 2025``, ``Oct 2025``, ``2025-10-25``."""
    return _DATES.sub("", text)


def _day(found: re.Match[str], months: Mapping[str, int]) -> str | None:
    try:
        return date(int(found[3]), months.get(found[1], 0), int(found[2])).isoformat()
    except ValueError:
        return None
