"""Charts: their axes, and what they do with laps beyond them."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.report import page
from scraper.report.charts import CLASS_COLOURS, LAP_KEYS, day_chart, lap_chart, pace_chart, progress_chart
from scraper.report.drawing import Axis, Tick, thinned
from scraper.report.practice_day import Lap
from scraper.report.racers import racers_of
from tests.report.days import LAP_TIMES, LAPS, a_day, a_session, pace_of, racer_of

axes = st.builds(
    Axis,
    lowest=st.floats(0, 500),
    highest=st.floats(501, 1000),
    margin=st.floats(0, 50),
    start=st.just(240),
    end=st.just(0),
)


@given(axes, st.floats(0, 1000))
def test_values_are_drawn_between_the_ends_and_values_beyond_at_the_edge(axis: Axis, value: float) -> None:
    assert 0 <= axis.at(value) <= 240
    if value < axis.lowest:
        assert axis.at(value) == axis.at(axis.lowest)
    if value > axis.highest:
        assert axis.at(value) == axis.at(axis.highest)
    assert axis.sign(value, "dot", "open") == ("dot" if axis.has(value) else "open")


@given(axes)
def test_ticks_are_few_different_and_at_their_values(axis: Axis) -> None:
    ticks = axis.ticks(6)
    assert 1 <= len(ticks) <= 7
    assert len({tick.text for tick in ticks}) == len(ticks)
    assert all(0 <= tick.at <= 240 for tick in ticks)
    inside = [tick for tick in ticks if axis.has(float(tick.text))]
    assert [tick.at for tick in inside] == [pytest.approx(axis.at(float(tick.text)), abs=0.02) for tick in inside]


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        (600, 610, ["10:00", "10:05", "10:10"]),
        (590, 1040, ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00"]),
        (0, 1439, [f"{hour:02}:00" for hour in range(0, 24, 2)]),
    ],
)  # fmt: skip
def test_clock_ticks_are_at_full_steps(first: float, last: float, texts: list[str]) -> None:
    assert [tick.text for tick in Axis(first, last, 0, 0, 100).clock_ticks()] == texts


def test_many_ticks_are_thinned_and_every_second_one_is_minor() -> None:
    ticks = thinned([Tick(number, str(number)) for number in range(30)], most=10)
    assert [tick.text for tick in ticks] == [str(number) for number in range(0, 30, 3)]
    assert [tick.is_minor for tick in ticks] == [False, True] * 5
    assert not any(tick.is_minor for tick in thinned([Tick(0, "a"), Tick(1, "b")]))


@given(LAP_TIMES)
def test_every_lap_has_one_mark_within_the_plot(times: list[Decimal]) -> None:
    chart = lap_chart(racer_of(*times))
    assert len(chart.marks) == len(times)
    assert all(0 < mark.y < chart.height and 0 < mark.x < 100 for mark in chart.marks)
    assert [mark.words.split("\n")[1].split(",")[0] for mark in chart.marks] == [f"{time:.3f}" for time in times]
    assert {(mark.sign, mark.colour) for mark in chart.marks} == {(key.sign, key.colour) for key in chart.legend}


def test_laps_have_signs_for_best_invalid_slow_and_fast() -> None:
    flags = [None, "slow_outlier", "fast_outlier", None, None]
    laps = [Lap(number, Decimal(30 + number), number != 4, flag) for number, flag in enumerate(flags, start=1)]
    (racer,) = racers_of(a_day(a_session(laps=laps)))
    signs = [mark.sign for mark in lap_chart(racer).marks]
    assert signs == ["diamond", "triangle-up-open", "triangle-down-open", "x", "dot"]


def test_a_line_connects_valid_laps_of_one_session_only() -> None:
    day = a_day(a_session(1), a_session(2))
    (racer,) = racers_of(day)
    (line,) = lap_chart(racer).shapes
    # Laps 4 and 6 are invalid.
    assert [part.count("L") for part in line.path.split("M")[1:]] == [2, 0, 0] * 2
    assert len(lap_chart(racer).bands) == 2


@pytest.mark.parametrize(
    ("slow", "sign", "axis"),
    [("40", "diamond", Axis(30, 40, 1, 0, 100)), ("80", "triangle-right-open", Axis(30, 31.8, 0.2, 0, 100))],
)
def test_a_racer_beyond_the_axis_is_an_open_triangle_at_its_edge(slow: str, sign: str, axis: Axis) -> None:
    chart = pace_chart([pace_of(Decimal(30), Decimal(32)), pace_of(Decimal(slow))])
    assert [mark.sign for mark in chart.marks] == ["diamond", sign]
    assert chart.marks[1].x == axis.at(axis.highest)
    assert f"best {slow}.000" in chart.marks[1].words


def test_the_day_has_a_mark_per_timed_session_and_a_colour_and_sign_per_class() -> None:
    sessions = [a_session(number, class_name=f"class {number % 3}") for number in range(1, 7)]
    untimed = a_session(7, best_lap=None)
    chart = day_chart([*sessions, untimed], {session.racer_id: "Ana" for session in sessions})
    assert len(chart.marks) == len(sessions)
    assert [(key.text, key.colour, key.sign) for key in chart.legend] == [
        ("class 0", "class-1", "circle"), ("class 1", "class-2", "square"), ("class 2", "class-3", "diamond"),
    ]  # fmt: skip


def test_progress_has_best_and_average_of_each_session() -> None:
    (racer,) = racers_of(a_day(a_session(1), a_session(2, best_lap=Decimal("32.1")), a_session(3, laps=LAPS)))
    chart = progress_chart(racer)
    assert len(chart.marks) == 6
    assert [shape.kind for shape in chart.shapes] == ["dotted", "line"]
    best = [mark for mark in chart.marks if mark.colour == "best"]
    assert best[1].y > best[0].y  # faster is lower


def test_every_sign_and_every_colour_of_a_chart_is_defined() -> None:
    templates = Path(page.__file__).parent / "templates"
    signs = set(re.findall(r'id="sign-([a-z-]+)"', (templates / "chart.html").read_text()))
    colours = set(re.findall(r"\.colour-([a-z0-9-]+)", (templates / "page.css").read_text()))
    sessions = [a_session(number, class_name=f"class {number:02}") for number in range(CLASS_COLOURS)]
    keys = day_chart(sessions, {session.racer_id: "Ana" for session in sessions}).legend
    keys += pace_chart([pace_of(Decimal(30))]).legend + list(LAP_KEYS)
    assert {key.sign for key in keys} | {"triangle-right-open"} == signs
    assert {key.colour for key in keys} == colours
