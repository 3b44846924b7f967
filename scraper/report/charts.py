"""The four charts: best laps of the day, pace in a class, progress of a racer, and all laps of a racer."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from statistics import median
from uuid import UUID

from scraper.report.drawing import Axis, Chart, Key, Mark, Shape, Tick, polyline, thinned
from scraper.report.pace import Pace
from scraper.report.practice_day import Lap, Session
from scraper.report.racers import Racer
from scraper.report.wording import FLAGS, clock, lap_time, short_name

CLASS_COLOURS = 8
_CLASS_SIGNS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down")
_FASTEST_SHOWN, _SLOWEST_SHOWN = Decimal("0.8"), Decimal("1.35")
"""Ends of a lap axis as shares of the median lap: a stop of some minutes would flatten all other laps."""
_ROW_HEIGHT, _BOX_TOP, _BOX_BOTTOM = 44, 20, 36
_PAUSE = 1
"""The gap between two sessions, in laps."""
LAP_KEYS = (
    Key("valid lap", "lap", "dot", "line"),
    Key("slow, crash or stop?", "slow", "triangle-up-open"),
    Key("fast or cut?", "fast", "triangle-down-open"),
    Key("invalid or left out", "invalid", "x"),
    Key("best lap", "best", "diamond"),
)


def label(text: str, longest: int = 60) -> str:
    """Return text for a chart: shortened, without control characters, which could reverse its direction."""
    shown = short_name(text)
    if not shown.isprintable():
        shown = "".join(letter for letter in shown if not unicodedata.category(letter).startswith("C"))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def day_chart(sessions: Sequence[Session], labels: Mapping[UUID, str]) -> Chart:
    """Draw each session's best lap by its start, with a colour and a sign per class."""
    by_class: dict[str, list[tuple[Session, datetime, Decimal]]] = defaultdict(list)
    for session in sessions:
        if session.best_lap is not None and session.start_time is not None:
            by_class[session.class_name].append((session, session.start_time, session.best_lap))
    timed = [each for own in by_class.values() for each in own]
    bests, starts = [best for _, _, best in timed], [_minutes(start) for _, start, _ in timed]
    y = lap_axis(min(bests), min(max(bests), median(bests) * _SLOWEST_SHOWN), 280, 0)
    x = Axis(min(starts), max(starts), max((max(starts) - min(starts)) / 30, 10), 0, 100)
    marks, legend = [], []
    for place, (class_name, own) in enumerate(sorted(by_class.items())):
        sign, colour, shown = _class_sign(place), f"class-{place % CLASS_COLOURS + 1}", label(class_name, 28)
        legend.append(Key(shown, colour, sign))
        for session, start, best in own:
            words = f"{label(labels[session.racer_id])}\n{shown}, {clock(start)}\n{lap_time(best)}"
            marks.append(Mark(x.at(_minutes(start)), y.at(best), y.sign(best, sign, "triangle-up-open"), colour, words))
    return Chart(280, legend, marks, x.clock_ticks(), y.ticks(), y_title="best lap, s")


def pace_chart(paces: Sequence[Pace]) -> Chart:
    """Draw a box per racer, the leader on top: the middle half of the laps, whiskers to best lap and ninth decile."""
    slowest_shown = min(pace.median for pace in paces) * _SLOWEST_SHOWN
    slowest = max(pace.ninth_decile for pace in paces if pace.median <= slowest_shown)
    x = lap_axis(min(pace.best for pace in paces), min(slowest, slowest_shown), 0, 100)
    marks, boxes, names = [], [], []
    for row, pace in enumerate(paces):
        top = row * _ROW_HEIGHT
        middle = top + (_BOX_TOP + _BOX_BOTTOM) / 2
        sign = x.sign(pace.best, "diamond", "triangle-right-open")
        marks.append(Mark(x.at(pace.best), middle, sign, "best", _pace_in_words(pace)))
        names.append(Tick(top + _BOX_TOP - 6, label(pace.racer.label)))
        boxes.append(_box(x, pace, top + _BOX_TOP, top + _BOX_BOTTOM))
    legend = [Key("all laps that count", "average", "box-open"), Key("best lap", "best", "diamond")]
    shapes = [Shape("".join(boxes), "average", "box")]
    return Chart(
        _ROW_HEIGHT * len(paces), legend, marks, thinned(x.ticks(10)), row_labels=names, shapes=shapes, x_title="lap, s"
    )


def progress_chart(racer: Racer) -> Chart:
    """Draw best and average lap of each session, with lines of their own for each class."""
    times = [time for each in racer.sessions for time in (each.best_lap, each.average_lap) if time is not None]
    y = lap_axis(min(times), max(times), 180, 0)
    x = Axis(1, len(racer.sessions), 0.4, 0, 100)
    marks, shapes, legend = [], [], []
    for place, class_name in enumerate(racer.classes):
        suffix = f", {label(class_name, 28)}" if len(racer.classes) > 1 else ""
        for name, kind in (("average", "dotted"), ("best", "line")):
            legend.append(Key(f"{name}{suffix}", name, _class_sign(place), kind))
            points = []
            for number, session in enumerate(racer.sessions, start=1):
                time = session.best_lap if name == "best" else session.average_lap
                if session.class_name == class_name and time is not None:
                    points.append((x.at(number), y.at(time)))
                    words = f"session {session.number}, {clock(session.start_time)}\n{name} {lap_time(time)}"
                    marks.append(Mark(*points[-1], _class_sign(place), name, words))
            if points:
                shapes.append(Shape(polyline(points), name, kind))
    ticks = thinned([Tick(x.at(n), clock(each.start_time)) for n, each in enumerate(racer.sessions, start=1)])
    return Chart(180, legend, marks, ticks, y.ticks(), shapes=shapes, y_title="lap, s")


def lap_chart(racer: Racer) -> Chart:
    """Draw every lap of the day by session. A line connects consecutive laps of a session that count."""
    placed = _placed(racer.sessions)
    y = laps_axis([lap for _, _, lap in placed], 240, 0)
    x = Axis(0.25, placed[-1][0] + 0.75, 0.25, 0, 100)
    valid = [(lap.seconds, place) for place, _, lap in placed if lap.counts and lap.seconds is not None]
    _, best_place = min(valid, default=(None, None))
    marks = [
        Mark(
            x.at(place),
            y.at(lap.seconds),
            *lap_sign(lap, place == best_place),
            lap_in_words(f"session {session.number}, lap {lap.number}", lap),
        )
        for place, session, lap in placed
        if lap.seconds is not None
    ]
    lines = [
        polyline([(x.at(place), y.at(lap.seconds)) for place, _, lap in laps if lap.seconds is not None])
        for (_, is_connected), laps in groupby(placed, key=_session_and_count)
        if is_connected
    ]
    signs = {(mark.sign, mark.colour) for mark in marks}
    sessions = [list(own) for _, own in groupby(placed, key=lambda each: each[1].race_result_id)]
    return Chart(
        height=240,
        legend=[key for key in LAP_KEYS if (key.sign, key.colour) in signs],
        marks=marks,
        x_ticks=thinned([Tick(x.at((own[0][0] + own[-1][0]) / 2), str(own[0][1].number)) for own in sessions], 20),
        y_ticks=y.ticks(),
        shapes=[Shape("".join(lines), "lap")] if lines else [],
        bands=[(x.at(own[0][0] - 0.75), x.at(own[-1][0] + 0.75)) for own in sessions],
        x_title="session",
        y_title="lap, s",
    )


def lap_sign(lap: Lap, is_best: bool) -> tuple[str, str]:
    """Return sign and colour of a lap."""
    if is_best:
        return "diamond", "best"
    if not lap.is_valid or lap.left_out:
        return "x", "invalid"
    if lap.flag:
        is_fast = lap.flag in ("fast_outlier", "suspected_cut")
        return ("triangle-down-open", "fast") if is_fast else ("triangle-up-open", "slow")
    return "dot", "lap"


def lap_in_words(which: str, lap: Lap) -> str:
    """Return which lap it is, and on a second line its time and what is unusual about it."""
    remarks = ["invalid"] * (not lap.is_valid) + ([FLAGS[lap.flag]] if lap.flag else [])
    remarks += [f"left out: {label(lap.left_out)}"] if lap.left_out else []
    return "\n".join([which, ", ".join([lap_time(lap.seconds), *remarks])])


def laps_axis(laps: Sequence[Lap], start: float, end: float) -> Axis:
    """Return the axis of laps, some of which have a time, seconds. A lap far from the median is at its edge."""
    times = [lap.seconds for lap in laps if lap.seconds is not None]
    middle = median([lap.seconds for lap in laps if lap.counts and lap.seconds is not None] or times)
    return lap_axis(max(min(times), middle * _FASTEST_SHOWN), min(max(times), middle * _SLOWEST_SHOWN), start, end)


def lap_axis(lowest: Decimal, highest: Decimal, start: float, end: float) -> Axis:
    """Return an axis of lap times, seconds, that has room at both ends."""
    return Axis(float(lowest), float(highest), max(float(highest - lowest) / 10, 0.2), start, end)


def _placed(sessions: Iterable[Session]) -> list[tuple[int, Session, Lap]]:
    """Return laps with their place from left to right."""
    placed: list[tuple[int, Session, Lap]] = []
    for session in sessions:
        start = placed[-1][0] + 1 + _PAUSE if placed else 1
        placed += [(start + offset, session, lap) for offset, lap in enumerate(session.laps)]
    return placed


def _session_and_count(placed: tuple[int, Session, Lap]) -> tuple[UUID, bool]:
    _, session, lap = placed
    return session.race_result_id, lap.counts


def _box(x: Axis, pace: Pace, top: float, bottom: float) -> str:
    values = (pace.best, pace.first_quartile, pace.median, pace.third_quartile, pace.ninth_decile)
    best, first, middle, third, ninth = (x.at(value) for value in values)
    centre = (top + bottom) / 2
    return (
        f"M{first} {top}H{third}V{bottom}H{first}ZM{middle} {top}V{bottom}"
        f"M{best} {centre}H{first}M{third} {centre}H{ninth}M{ninth} {centre - 4}V{centre + 4}"
    )


def _pace_in_words(pace: Pace) -> str:
    return (
        f"{label(pace.racer.label)}\nbest {lap_time(pace.best)}, median {lap_time(pace.median)}\n"
        f"middle half {lap_time(pace.first_quartile)} to {lap_time(pace.third_quartile)}"
    )


def _class_sign(place: int) -> str:
    return _CLASS_SIGNS[place % len(_CLASS_SIGNS)]


def _minutes(moment: datetime) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60
