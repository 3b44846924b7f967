"""The chart of a track's activity by month."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from scraper.report.drawing import Axis, Chart, Key, Mark, Shape, Tick, thinned
from scraper.report.wording import counted

_HEIGHT = 160
_BAR = 0.7
"""In months."""
_LEAST_TOP = 5
_MOST_LABELS = 10


def activity_chart(activity: Sequence[Mapping[str, Any]]) -> Chart:
    """Draw a bar for each month, as high as its number of sessions; there is at least one month."""
    numbers = [_number(each["month"]) for each in activity]
    x = Axis(min(numbers), max(numbers), 0.5, 0, 100)
    y = Axis(0, max(_LEAST_TOP, *(each["sessions"] for each in activity)), 0, _HEIGHT, 0)
    half = 100 * _BAR / (max(numbers) - min(numbers) + 1) / 2
    bars, marks = [], []
    for number, each in zip(numbers, activity, strict=True):
        middle, top = x.at(number), y.at(each["sessions"])
        bars.append(f"M{middle - half:g} {_HEIGHT}V{top:g}H{middle + half:g}V{_HEIGHT}Z")
        words = f"{each['month']:%B %Y}\n{counted(each['sessions'], 'session')} on {counted(each['days'], 'day')}"
        marks.append(Mark(middle, top, "dot", "lap", words))
    ticks = [Tick(x.at(number), f"{_month(number):%b %Y}") for number in range(min(numbers), max(numbers) + 1)]
    return Chart(
        _HEIGHT,
        [Key("sessions of a month", "lap", "box-open")],
        marks,
        thinned(ticks, _MOST_LABELS),
        y.ticks(),
        shapes=[Shape("".join(bars), "lap", "box")],
    )


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
