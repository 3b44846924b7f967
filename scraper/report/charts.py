"""The charts, as plotly figures without colours: the page's style sheet has those, for light, dark and paper."""

import html
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID

import plotly.graph_objects as go

from scraper.report.pace import Pace
from scraper.report.practice_day import Session
from scraper.report.racers import Lap, Racer, Run
from scraper.report.wording import FLAGS, clock, lap_time, short_name

CLASS_COLOURS = 8
_CLASS_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "hexagon", "triangle-down")
_LONGEST_LABEL = 22
_ROW_HEIGHT = 34
_NEAREST_SHOWN, _FURTHEST_SHOWN = Decimal("0.8"), Decimal("1.35")
"""As shares of the median lap: a stop of some minutes would flatten all other laps of the chart."""
_PAUSE = 1
"""Between two runs, in laps."""


@dataclass(frozen=True)
class Chart:
    """A figure, its height in pixels, and for each trace the custom property of the style sheet with its colour."""

    figure: go.Figure
    height: int
    colours: list[str]

    def for_script(self) -> dict[str, Any]:
        """What the page's script draws."""
        drawn = self.figure.to_plotly_json()
        return {"data": drawn["data"], "layout": drawn["layout"], "colours": self.colours}


def plain(text: str, longest: int = 60) -> str:
    """Text for a label, which plotly would read as markup: `<b>` stays three letters; nothing turns its direction."""
    letters = "".join(letter for letter in short_name(text) if not unicodedata.category(letter).startswith("C"))
    return html.escape(letters if len(letters) <= longest else letters[: longest - 1] + "…", quote=False)


def day_chart(sessions: Sequence[Session], labels: Mapping[UUID, str]) -> Chart:
    """Each run's best lap by its start; a class has a colour and a sign, and what is far off an arrow at the edge."""
    by_class: dict[str, list[tuple[Session, datetime, Decimal]]] = defaultdict(list)
    for session in sessions:
        if session.best_lap is not None and session.start_time is not None:
            by_class[session.class_name].append((session, session.start_time, session.best_lap))
    bests = [best for own in by_class.values() for _, _, best in own]
    edges = Edges(min(bests), min(max(bests), median(bests) * _FURTHEST_SHOWN))
    traces = [
        go.Scatter(
            name=plain(class_name, 28),
            mode="markers",
            x=[start.isoformat() for _, start, _ in own],
            y=[edges.within(best) for _, _, best in own],
            text=[
                f"{plain(labels[session.racer_id])}<br>{clock(start)}  <b>{lap_time(best)}</b>"
                for session, start, best in own
            ],
            marker={
                "symbol": [edges.sign(best, _class_symbol(place), "triangle-up-open") for _, _, best in own],
                "size": 9,
            },
            hovertemplate="%{text}",
        )
        for place, (class_name, own) in enumerate(sorted(by_class.items()))
    ]
    layout = _layout(
        hovermode="closest",
        yaxis={"title": {"text": "best lap, s"}},
        xaxis={"type": "date", "tickformat": "%H:%M", "showgrid": False},
    )
    colours = [f"--class-{place % CLASS_COLOURS + 1}" for place in range(len(traces))]
    return Chart(go.Figure(traces, layout), 360, colours)


def pace_chart(paces: Sequence[Pace]) -> Chart:
    """One box per racer, the leader on top: the middle half of the laps, and a line from the best to nine tenths."""
    rows = list(range(len(paces)))
    furthest = min(pace.median for pace in paces) * _FURTHEST_SHOWN
    near = [pace.nine_tenths for pace in paces if pace.median <= furthest]
    edges = Edges(min(pace.best for pace in paces), min(max(near), furthest))
    boxes = go.Box(
        name="all valid laps",
        orientation="h",
        y=rows,
        lowerfence=[edges.within(pace.best) for pace in paces],
        q1=[edges.within(pace.quarter) for pace in paces],
        median=[edges.within(pace.median) for pace in paces],
        q3=[edges.within(pace.three_quarters) for pace in paces],
        upperfence=[edges.within(pace.nine_tenths) for pace in paces],
        width=0.5,
        line={"width": 1.5},
        hoverinfo="skip",
    )
    bests = go.Scatter(
        name="best lap",
        mode="markers",
        x=[edges.within(pace.best) for pace in paces],
        y=rows,
        text=[_pace_in_words(pace) for pace in paces],
        marker={"symbol": [edges.sign(pace.best, "diamond", "triangle-right-open") for pace in paces], "size": 10},
        hovertemplate="%{text}<extra></extra>",
    )
    ticks = [plain(pace.racer.label, _LONGEST_LABEL) for pace in paces]
    layout = _layout(
        hovermode="closest",
        xaxis={"title": {"text": "lap, s"}, "range": edges.axis},
        yaxis={"tickvals": rows, "ticktext": ticks, "range": [len(paces) - 0.5, -0.5], "showgrid": False},
    )
    return Chart(go.Figure([boxes, bests], layout), 110 + _ROW_HEIGHT * len(paces), ["--average", "--best"])


def progress_chart(racer: Racer) -> Chart:
    """Best and average lap, run by run; a class that changes begins lines of its own."""
    traces, colours = [], []
    for place, class_name in enumerate(racer.classes):
        runs = [run for run in racer.runs if run.session.class_name == class_name]
        suffix = f", {plain(class_name, 28)}" if len(racer.classes) > 1 else ""
        for name, dash in (("average", "dot"), ("best", "solid")):
            times = [run.session.best_lap if name == "best" else run.session.average_lap for run in runs]
            traces.append(
                go.Scatter(
                    name=f"{name}{suffix}",
                    mode="lines+markers",
                    x=[run.number for run in runs],
                    y=_floats(times),
                    line={"width": 2, "dash": dash},
                    marker={"symbol": _class_symbol(place), "size": 8},
                    hovertemplate="%{y:.3f}",
                )
            )
            colours.append(f"--{name}")
    layout = _layout(
        hovermode="x",
        yaxis={"title": {"text": "lap, s"}},
        xaxis={
            "tickvals": [run.number for run in racer.runs],
            "ticktext": [clock(run.session.start_time) for run in racer.runs],
            "range": [0.6, len(racer.runs) + 0.4],
            "showgrid": False,
        },
    )
    return Chart(go.Figure(traces, layout), 260, colours)


def lap_chart(racer: Racer) -> Chart:
    """Every lap of the day, run after run. What would flatten the rest stands at the edge."""
    placed = _placed(racer.runs)
    edges = _edges([lap for _, _, lap in placed])
    best = _best_of(placed)
    runs = _ends_of_runs(placed)
    # A line shows a run's valid laps; it is broken by what is not one, and between runs.
    line_x: list[int] = []
    line_y: list[float | None] = []
    for (x, run, lap), following in zip(placed, [*placed[1:], None], strict=True):
        line_x.append(x)
        line_y.append(edges.within(lap.seconds) if lap.is_valid and lap.seconds is not None else None)
        if following and following[1] is not run:
            line_x.append(x + 1)
            line_y.append(None)
    laps = go.Scatter(
        name="valid lap",
        mode="lines+markers",
        x=line_x,
        y=line_y,
        line={"width": 1.5},
        marker={"symbol": "circle", "size": 5},
        hoverinfo="skip",
    )
    slow = [each for each in placed if each[2].is_valid and each[2].flag and not _is_fast(each[2])]
    fast = [each for each in placed if each[2].is_valid and each[2].flag and _is_fast(each[2])]
    invalid = [each for each in placed if not each[2].is_valid]
    traces = [
        laps,
        _marked("slow, crash or stop?", slow, edges, "triangle-up-open", 11),
        _marked("fast or cut?", fast, edges, "triangle-down-open", 11),
        _marked("invalid", invalid, edges, "x", 9),
        _marked("best lap", [best] if best else [], edges, "diamond", 11),
        # Last, so that a tap finds any lap's own words.
        _marked("all laps", placed, edges, "circle", 14, opacity=0, showlegend=False),
    ]
    colours = ["--lap", "--slow", "--fast", "--invalid", "--best", "--lap"]
    layout = _layout(
        hovermode="closest",
        yaxis={"title": {"text": "lap, s"}, "range": edges.axis},
        xaxis={
            "title": {"text": "run"},
            "tickvals": [(first + last) / 2 for _, first, last in runs],
            "ticktext": [str(number) for number, _, _ in runs],
            "ticks": "",
            "showgrid": False,
            "range": [0, placed[-1][0] + 1],
        },
        shapes=_run_bands(runs),
    )
    return Chart(go.Figure(traces, layout), 320, colours)


Placed = tuple[int, Run, Lap]


def _placed(runs: Iterable[Run]) -> list[Placed]:
    """Laps with their place from left to right."""
    placed: list[Placed] = []
    for run in runs:
        start = placed[-1][0] + 1 + _PAUSE if placed else 1
        placed += [(start + offset, run, lap) for offset, lap in enumerate(run.laps)]
    return placed


@dataclass(frozen=True)
class Edges:
    """The lowest and the highest lap time that a chart shows as it is, seconds."""

    lowest: Decimal
    highest: Decimal

    def sign(self, seconds: Decimal, sign: str, beyond: str) -> str:
        """The sign of a time, or the one for what lies beyond."""
        return sign if self.lowest <= seconds <= self.highest else beyond

    def within(self, seconds: Decimal) -> float:
        """The time, or the edge that it lies beyond."""
        return float(min(max(seconds, self.lowest), self.highest))

    @property
    def axis(self) -> list[float]:
        """The edges with some air."""
        air = max((self.highest - self.lowest) / 10, Decimal("0.2"))
        return [float(self.lowest - air), float(self.highest + air)]


def _edges(laps: Sequence[Lap]) -> Edges:
    times = [lap.seconds for lap in laps if lap.seconds is not None]
    ordinary = [lap.seconds for lap in laps if lap.is_valid and lap.seconds is not None] or times
    middle = median(ordinary)
    return Edges(max(min(times), middle * _NEAREST_SHOWN), min(max(times), middle * _FURTHEST_SHOWN))


def _marked(name: str, placed: Sequence[Placed], edges: Edges, symbol: str, size: int, **further: object) -> go.Scatter:
    shown = [(x, run, lap, lap.seconds) for x, run, lap in placed if lap.seconds is not None]
    return go.Scatter(
        name=name,
        mode="markers",
        x=[x for x, _, _, _ in shown],
        y=[edges.within(seconds) for _, _, _, seconds in shown],
        text=[_lap_in_words(run, lap) for _, run, lap, _ in shown],
        marker={"symbol": symbol, "size": size, "line": {"width": 2 if symbol.endswith("open") else 0}},
        hovertemplate="%{text}<extra></extra>",
        **further,
    )


def _lap_in_words(run: Run, lap: Lap) -> str:
    said = [f"run {run.number}, lap {lap.number}", f"<b>{lap_time(lap.seconds)}</b>"]
    if not lap.is_valid:
        said.append("invalid")
    if lap.flag:
        said.append(FLAGS[lap.flag])
    return "<br>".join(said)


def _pace_in_words(pace: Pace) -> str:
    return (
        f"{plain(pace.racer.label)}<br>best <b>{lap_time(pace.best)}</b>, median {lap_time(pace.median)}<br>"
        f"middle half {lap_time(pace.quarter)} to {lap_time(pace.three_quarters)}"
    )


def _is_fast(lap: Lap) -> bool:
    return lap.flag in ("fast_outlier", "suspected_cut")


def _best_of(placed: Sequence[Placed]) -> Placed | None:
    valid = [each for each in placed if each[2].is_valid and each[2].seconds is not None]
    return min(valid, key=lambda each: each[2].seconds or 0, default=None)


def _ends_of_runs(placed: Sequence[Placed]) -> list[tuple[int, int, int]]:
    """Number, first and last place of each run that has laps."""
    ends: dict[int, tuple[int, int]] = {}
    for x, run, _ in placed:
        ends[run.number] = (ends.get(run.number, (x, x))[0], x)
    return [(number, first, last) for number, (first, last) in ends.items()]


def _run_bands(runs: Sequence[tuple[int, int, int]]) -> list[dict[str, object]]:
    return [
        {"type": "rect", "x0": first - 0.75, "x1": last + 0.75, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
         "line": {"width": 0}}
        for _, first, last in runs
    ]  # fmt: skip


def _class_symbol(place: int) -> str:
    return _CLASS_SYMBOLS[place % len(_CLASS_SYMBOLS)]


def _layout(**further: Any) -> go.Layout:
    """Calm: no frame, nothing to drag (a finger scrolls the page), the legend in a row above."""
    still = {"fixedrange": True, "zeroline": False, "automargin": True}
    axes = {name: {**still, **further.pop(name)} for name in ("xaxis", "yaxis")}
    return go.Layout(
        template="none",
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        dragmode=False,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        **axes,
        **further,
    )


def _floats(times: Iterable[Decimal | None]) -> list[float | None]:
    return [None if time is None else float(time) for time in times]
