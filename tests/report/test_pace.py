"""How a racer's laps spread, and what charts do with laps that are far off."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.report.charts import lap_chart, pace_chart
from scraper.report.pace import Pace, paces_of
from scraper.report.practice_day import LapRow, PracticeDay
from scraper.report.racers import racers_of
from tests.report.days import a_day, a_session

TIMES = st.lists(st.decimals(min_value=1, max_value=600, places=3), min_size=1, max_size=30)


def day_of(*times: Decimal) -> PracticeDay:
    session = a_session()
    laps = [LapRow(session.race_result_id, number, seconds, True) for number, seconds in enumerate(times, start=1)]
    return PracticeDay(**{**vars(a_day(session)), "laps": laps, "flags": []})


def pace_of(*times: Decimal) -> Pace:
    day = day_of(*times)
    (pace,) = paces_of("1/10 Open", day.places, racers_of(day))
    return pace


@given(TIMES)
def test_shares_of_laps_are_in_order_and_within_the_laps(times: list[Decimal]) -> None:
    pace = pace_of(*times)
    shares = [pace.best, pace.quarter, pace.median, pace.three_quarters, pace.nine_tenths, max(times)]
    assert all(lower <= higher for lower, higher in pairwise(shares))
    assert pace.best == min(times)
    assert sum(time <= pace.median for time in times) >= len(times) / 2


def test_shares_of_five_laps() -> None:
    pace = pace_of(*map(Decimal, (30, 34, 31, 33, 32)))
    shares = [pace.quarter, pace.median, pace.three_quarters, pace.nine_tenths]
    assert shares == list(map(Decimal, ("31", "32", "33", "33.6")))


@given(TIMES)
def test_every_lap_is_in_the_chart_and_within_its_axis(times: list[Decimal]) -> None:
    (racer,) = racers_of(day_of(*times))
    chart = lap_chart(racer)
    shown = chart.figure.data[-1].y
    lowest, highest = chart.figure.layout.yaxis.range
    assert len(shown) == len(times)
    assert all(lowest < y < highest for y in shown)
    assert len(chart.figure.data) == len(chart.colours)


@pytest.mark.parametrize(("slow", "symbol"), [("40", "diamond"), ("80", "triangle-right-open")])
def test_one_who_is_far_off_stands_as_an_arrow_at_the_edge(slow: str, symbol: str) -> None:
    paces = [pace_of(Decimal(30), Decimal(32)), pace_of(Decimal(slow))]
    chart = pace_chart(paces)
    assert list(chart.figure.data[1].marker.symbol) == ["diamond", symbol]
    assert chart.figure.data[1].x[1] == (40 if slow == "40" else pytest.approx(31.8))
