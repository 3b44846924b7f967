"""Dates, clock times, lengths and lap times in the format of LiveRC's practice pages."""

from datetime import date, datetime
from decimal import Decimal


def long_date(day: date) -> str:
    """Return ``October 25, 2025 (Saturday)``."""
    return f"{day:%B} {day.day}, {day.year} ({day:%A})"


def short_date(day: date) -> str:
    """Return ``Sat, Oct 25, 2025``."""
    return f"{day:%a}, {day:%b} {day.day}, {day.year}"


def month_name(month: date) -> str:
    """Return ``October 2025``."""
    return f"{month:%B} {month.year}"


def clock(moment: datetime) -> str:
    """Return ``3:07:31pm``; midnight is ``12:00:00am``, noon ``12:00:00pm``."""
    return f"{moment.hour % 12 or 12}:{moment:%M:%S}{'am' if moment.hour < 12 else 'pm'}"


def length(seconds: int) -> str:
    """Return ``8:28`` and ``1:02:33``, but only seconds under a minute (``55``), and ``0:00`` for zero."""
    if 0 < seconds < 60:
        return str(seconds)
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def track_time(seconds: int) -> str:
    """Return ``7 hours, 16 minutes, 45 seconds``, without parts that are zero."""
    hours, rest = divmod(seconds, 3600)
    counted = ((hours, "hour"), (rest // 60, "minute"), (rest % 60, "second"))
    parts = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in counted if count]
    return ", ".join(parts) or "0 seconds"


def lap_time(milliseconds: int) -> str:
    """Return ``31.482`` and ``65.340``: seconds, never minutes."""
    return f"{milliseconds // 1000}.{milliseconds % 1000:03}"


def count(number: int) -> str:
    """Return ``56`` and ``1,223``: a count in a panel or of a month's day."""
    return f"{number:,}"


def number(value: Decimal | None) -> str:
    """Return a statistic with three decimals; blank for ``None``."""
    return "" if value is None else f"{value:.3f}"


def lap_range(bounds_ms: tuple[int, int]) -> str:
    """Return ``20 to 1:10`` and ``12.5 to 59.9``."""
    return " to ".join(_bound(bound) for bound in bounds_ms)


def _bound(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    if minutes:
        return f"{minutes}:{rest // 1000:02}"
    return f"{Decimal(milliseconds) / 1000:f}"
