"""The charts of sessions and people, made of the parts that the report's charts are made of."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from scraper.report.charts import LAP_KEYS, label, lap_axis, lap_in_words, lap_sign, laps_axis
from scraper.report.drawing import Axis, Chart, Key, Mark, Shape, Tick, polyline, thinned
from scraper.report.practice_day import Lap
from scraper.report.wording import lap_time, percent

_FEWEST_DAYS_FOR_A_LINE = 2
_MOST_DATES = 6


def session_chart(laps: Sequence[Lap], best: int | None) -> Chart | None:
    """Draw the laps of a session by their numbers; None without a lap time. A line connects laps that count."""
    if not _is_timed(laps):
        return None
    x, y = _numbers_axis(laps), laps_axis(laps, 240, 0)
    marks = [
        Mark(
            x.at(lap.number),
            y.at(lap.seconds),
            *lap_sign(lap, lap.number == best),
            lap_in_words(f"lap {lap.number}", lap),
        )
        for lap in laps
        if lap.seconds is not None
    ]
    signs = {(mark.sign, mark.colour) for mark in marks}
    return Chart(
        height=240,
        legend=[key for key in LAP_KEYS if (key.sign, key.colour) in signs],
        marks=marks,
        x_ticks=_number_ticks(x, laps),
        y_ticks=y.ticks(),
        shapes=_lines(laps, x, y, "lap"),
        x_title="lap",
        y_title="lap, s",
    )


def comparison_chart(sessions: Sequence[tuple[str, Sequence[Lap]]]) -> Chart | None:
    """Draw the laps of two sessions, each with its name, by the numbers of the laps; None without a lap time."""
    both = [lap for _, laps in sessions for lap in laps]
    if not _is_timed(both):
        return None
    x, y = _numbers_axis(both), laps_axis(both, 240, 0)
    marks, shapes, legend = [], [], []
    for (name, laps), sign, colour in zip(sessions, ("circle", "square"), ("class-1", "class-2"), strict=True):
        legend.append(Key(label(name, 40), colour, sign, "line"))
        shapes += _lines(laps, x, y, colour)
        for lap in laps:
            if lap.seconds is not None:
                words = lap_in_words(f"{label(name, 40)}\nlap {lap.number}", lap)
                marks.append(Mark(x.at(lap.number), y.at(lap.seconds), sign if lap.counts else "x", colour, words))
    if any(mark.sign == "x" for mark in marks):
        legend.append(Key("invalid or left out", "average", "x"))
    return Chart(240, legend, marks, _number_ticks(x, both), y.ticks(), shapes=shapes, x_title="lap", y_title="lap, s")


def best_laps_chart(days: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Draw the best lap of each day, from the first day to the last; None for fewer than two days with one."""
    return _days_chart(days, "best_lap", lambda low, high: lap_axis(low, high, 160, 0), lap_time, "best lap, s")


def consistency_chart(days: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Draw the highest consistency of each day; None for fewer than two days with one."""
    return _days_chart(days, "best_consistency", _percent_axis, percent, "consistency, %")


def _days_chart(
    days: Sequence[Mapping[str, Any]],
    figure: str,
    axis: Callable[[Decimal, Decimal], Axis],
    in_words: Callable[[Decimal], str],
    title: str,
) -> Chart | None:
    drawn = [day for day in days if day[figure] is not None]
    if len(drawn) < _FEWEST_DAYS_FOR_A_LINE:
        return None
    colour, sign = ("best", "diamond") if figure == "best_lap" else ("average", "circle")
    x = Axis(1, len(drawn), 0.4, 0, 100)
    y = axis(min(day[figure] for day in drawn), max(day[figure] for day in drawn))
    points = [(x.at(place), y.at(day[figure])) for place, day in enumerate(drawn, start=1)]
    marks = [
        Mark(*point, sign, colour, f"{day['practice_date']}\n{in_words(day[figure])}")
        for point, day in zip(points, drawn, strict=True)
    ]
    ticks = [Tick(x, f"{day['practice_date']}") for (x, _), day in zip(points, drawn, strict=True)]
    legend = [Key(title.partition(",")[0], colour, sign, "line")]
    shapes = [Shape(polyline(points), colour)]
    return Chart(160, legend, marks, thinned(ticks, _MOST_DATES), y.ticks(), shapes=shapes, y_title=title)


def _percent_axis(lowest: Decimal, highest: Decimal) -> Axis:
    return Axis(float(lowest), float(highest), max(float(highest - lowest) / 10, 0.5), 160, 0)


def _is_timed(laps: Sequence[Lap]) -> bool:
    return any(lap.seconds is not None for lap in laps)


def _numbers_axis(laps: Sequence[Lap]) -> Axis:
    numbers = [lap.number for lap in laps]
    return Axis(min(numbers), max(numbers), 0.5, 0, 100)


def _number_ticks(x: Axis, laps: Sequence[Lap]) -> list[Tick]:
    return thinned([Tick(x.at(number), f"{number}") for number in sorted({lap.number for lap in laps})])


def _lines(laps: Sequence[Lap], x: Axis, y: Axis, colour: str) -> list[Shape]:
    lines = [
        polyline([(x.at(lap.number), y.at(lap.seconds)) for lap in own if lap.seconds is not None])
        for counts, own in groupby(laps, key=lambda lap: lap.counts)
        if counts
    ]
    return [Shape("".join(lines), colour)] if lines else []
