"""Dates, clock times and lengths as the pages print them."""

from datetime import date, datetime, time

import pytest

from scraper.sample_site import page_text


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [(0, "0:00"), (1, "1"), (55, "55"), (59, "59"), (60, "1:00"), (508, "8:28"), (3599, "59:59"), (3753, "1:02:33")],
)
def test_length(seconds: int, printed: str) -> None:
    assert page_text.length(seconds) == printed


@pytest.mark.parametrize(
    ("hour", "printed"),
    [(0, "12:05:09am"), (1, "1:05:09am"), (11, "11:05:09am"), (12, "12:05:09pm"), (23, "11:05:09pm")],
)
def test_clock(hour: int, printed: str) -> None:
    assert page_text.clock(datetime.combine(date(2025, 10, 25), time(hour, 5, 9))) == printed


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (26_205, "7 hours, 16 minutes, 45 seconds"),
        (3_661, "1 hour, 1 minute, 1 second"),
        (3_600, "1 hour"),
        (0, "0 seconds"),
    ],
)
def test_track_time(seconds: int, printed: str) -> None:
    assert page_text.track_time(seconds) == printed


@pytest.mark.parametrize(("milliseconds", "printed"), [(31_482, "31.482"), (65_340, "65.340"), (7_005, "7.005")])
def test_lap_time(milliseconds: int, printed: str) -> None:
    assert page_text.lap_time(milliseconds) == printed


@pytest.mark.parametrize(
    ("bounds", "printed"),
    [((20_000, 70_000), "20 to 1:10"), ((12_500, 59_900), "12.5 to 59.9"), ((15_000, 60_000), "15 to 1:00")],
)
def test_lap_range(bounds: tuple[int, int], printed: str) -> None:
    assert page_text.lap_range(bounds) == printed


def test_dates() -> None:
    day = date(2025, 10, 5)
    assert page_text.long_date(day) == "October 5, 2025 (Sunday)"
    assert page_text.short_date(day) == "Sun, Oct 5, 2025"
    assert page_text.month_name(day) == "October 2025"
