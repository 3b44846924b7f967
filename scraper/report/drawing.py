"""Parts of an SVG chart, drawn by `templates/chart.html`.

Horizontal coordinates are percent of the chart's width, vertical coordinates pixels from its top: a chart fills any
width, and its text and signs keep their size. Colours are names of classes in `templates/page.css`.
"""

import math
from dataclasses import dataclass, field
from decimal import Decimal

Number = Decimal | float


@dataclass(frozen=True)
class Axis:
    """A linear scale. It maps `lowest` - `margin` to the coordinate `start` and `highest` + `margin` to `end`.

    Values beyond `lowest` or `highest` are drawn there.
    """

    lowest: float
    highest: float
    margin: float
    start: float
    end: float

    def at(self, value: Number) -> float:
        """Return the coordinate of a value."""
        return self._coordinate(min(max(float(value), self.lowest), self.highest))

    def has(self, value: Number) -> bool:
        """Return whether a value is drawn where it is, not at the edge."""
        return self.lowest <= float(value) <= self.highest

    def sign(self, value: Number, sign: str, beyond: str) -> str:
        """Return the sign of a value on the axis, or the sign of a value beyond it."""
        return sign if self.has(value) else beyond

    def ticks(self, most: int = 6) -> "list[Tick]":
        """Ticks at multiples of 1, 2 or 5 times a power of ten."""
        step = next(
            factor * 10.0**power
            for power in range(-3, 9)
            for factor in (1, 2, 5)
            if self._span <= most * factor * 10.0**power
        )
        decimals = max(0, -math.floor(math.log10(step)))
        return [Tick(self._coordinate(value), f"{value:.{decimals}f}") for value in self._multiples(step)]

    def clock_ticks(self, most: int = 12) -> "list[Tick]":
        """Ticks at full steps of the clock. Values are minutes since midnight."""
        step = next(step for step in (5, 10, 15, 30, 60, 120, 240) if self._span <= most * step)
        times = [(minutes, divmod(round(minutes), 60)) for minutes in self._multiples(step)]
        return thinned(
            [Tick(self._coordinate(minutes), f"{hour % 24:02}:{minute:02}") for minutes, (hour, minute) in times]
        )

    @property
    def _span(self) -> float:
        return self.highest - self.lowest + 2 * self.margin

    def _coordinate(self, value: float) -> float:
        share = (value - self.lowest + self.margin) / self._span
        return round(self.start + share * (self.end - self.start), 2)

    def _multiples(self, step: float) -> list[float]:
        first, last = (self.lowest - self.margin) / step, (self.highest + self.margin) / step
        return [number * step for number in range(math.ceil(first), math.floor(last) + 1)]


@dataclass(frozen=True)
class Tick:
    """A label at a coordinate of an axis. A narrow screen leaves minor ticks out."""

    at: float
    text: str
    is_minor: bool = False


@dataclass(frozen=True)
class Mark:
    """A sign at a point; `words` is the text that a pointer shows."""

    x: float
    y: float
    sign: str
    colour: str
    words: str


@dataclass(frozen=True)
class Shape:
    """A path of SVG; `kind` is `line`, `dotted` or `box`."""

    path: str
    colour: str
    kind: str = "line"


@dataclass(frozen=True)
class Key:
    """An entry of the legend: a sign, with a line of some kind through it where the chart has lines."""

    text: str
    colour: str
    sign: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart; `height` is that of its plot in pixels. Grid lines are at the ticks of y, or else of x."""

    height: int
    legend: list[Key]
    marks: list[Mark]
    x_ticks: list[Tick]
    y_ticks: list[Tick] = field(default_factory=list)
    row_labels: list[Tick] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    bands: list[tuple[float, float]] = field(default_factory=list)
    """First and last x of each shaded range."""
    x_title: str = ""
    y_title: str = ""


def thinned(ticks: list[Tick], most: int = 12) -> list[Tick]:
    """Return at most `most` ticks; every second one is minor if there are more than half as many."""
    every = -(-len(ticks) // most) or 1
    kept = ticks[::every]
    return [
        Tick(tick.at, tick.text, is_minor=bool(place % 2) and len(kept) > most // 2) for place, tick in enumerate(kept)
    ]


def polyline(points: list[tuple[float, float]]) -> str:
    """Return the path through these points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
