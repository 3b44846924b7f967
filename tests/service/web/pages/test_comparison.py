"""Laps of two sessions side by side, and what to know before comparing them."""

from decimal import Decimal
from typing import Any

import pytest

from service.web.pages.charts import comparison_chart, session_chart
from service.web.pages.comparison import pairs, remarks
from service.web.pages.session_laps import SessionLap, racer_label


def laps(*times: str | None) -> list[SessionLap]:
    """Laps with these times, with the time since the start until the first that is unknown."""
    found: list[SessionLap] = []
    elapsed: Decimal | None = Decimal(0)
    for number, time in enumerate(times, start=1):
        seconds = None if time is None else Decimal(time)
        elapsed = None if elapsed is None or seconds is None else elapsed + seconds
        found.append(SessionLap(number, seconds, is_valid=time != "25.000", elapsed=elapsed))
    return found


def test_laps_are_paired_by_number() -> None:
    found = pairs(laps("30.000", "31.000", None, "30.500"), laps("30.250", "25.000", "30.000", "30.000", "29.000"))
    assert [(pair.number, pair.difference, pair.so_far) for pair in found] == [
        (1, Decimal("0.250"), Decimal("0.250")),
        (2, Decimal("-6.000"), Decimal("-5.750")),
        (3, None, None),
        (4, Decimal("-0.500"), None),
        (5, None, None),
    ]
    assert pairs([], []) == []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, ["This is the same session twice."]),
        ({"race_id": 2}, ["Both sessions are of the same racer."]),
        ({"race_id": 2, "racer_id": 2}, []),
        ({"race_id": 2, "racer_id": 2, "class_name": "Truggy"}, ["The sessions are of different classes."]),
        (
            {"race_id": 2, "racer_id": 2, "practice_date": 2},
            ["The sessions are of different days; the track may have had another layout."],
        ),
        (
            {"race_id": 2, "racer_id": 2, "practice_date": 2, "track_slug": "dale"},
            ["The sessions are of different tracks, so their lap times say nothing about each other."],
        ),
    ],
)
def test_what_makes_a_comparison_doubtful_is_said(other: dict[str, Any], expected: list[str]) -> None:
    session = {"race_id": 1, "racer_id": 1, "track_slug": "hill", "practice_date": 1, "class_name": "Open"}
    assert remarks(session, session | other) == expected


def test_charts_have_the_laps_that_have_a_time() -> None:
    both = [("Ana", laps("30.000", None, "25.000")), ("Ben", laps("31.000"))]
    chart = comparison_chart(both)
    assert chart is not None
    assert [(mark.sign, mark.colour) for mark in chart.marks] == [
        ("circle", "class-1"),
        ("x", "class-1"),
        ("square", "class-2"),
    ]
    assert [key.text for key in chart.legend] == ["Ana", "Ben", "invalid or left out"]
    assert comparison_chart([("Ana", []), ("Ben", laps(None))]) is None
    single = session_chart(both[0][1], best=1)
    assert single is not None
    assert [mark.sign for mark in single.marks] == ["diamond", "x"]
    assert session_chart(laps(None), best=None) is None


def test_an_unknown_racer_is_told_from_others() -> None:
    session = {"racer_name": " Unknown Driver", "transponder_number": None, "session_id": "7"}
    assert racer_label(session) == "Unknown Driver (session 7)"
    assert racer_label(session | {"transponder_number": "42"}) == "Unknown Driver (transponder 42)"
    assert racer_label(session | {"racer_name": "Ana "}) == "Ana"
