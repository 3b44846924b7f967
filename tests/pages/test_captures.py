"""Two real pages, where they exist: they are not part of this repository.

Run with ``LIVERC_CAPTURES`` naming the folder of ``practice_month.html`` and ``practice_session.html``.
"""

import os
import re
from pathlib import Path

import pytest

from scraper.pages import DayListPage, MonthPage, PageError, PageErrorKind, SessionPage

FOLDER = os.environ.get("LIVERC_CAPTURES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="LIVERC_CAPTURES names no folder of captured pages")


def capture(name: str) -> str:
    return Path(FOLDER or "", name).read_text(encoding="utf-8")


def test_the_payload_of_the_month_page_is_complete() -> None:
    payload = MonthPage(capture("practice_month.html"), month="2025-10").payload()
    months = payload.pop("available_months")
    assert payload == {
        "track_name": "Canberra Off Road Model Car Club",
        "month_heading": "October 2025",
        "days": [
            {"date": "2025-10-25", "label": "Sat, Oct 25, 2025", "sessions": "56"},
            {"date": "2025-10-12", "label": "Sun, Oct 12, 2025", "sessions": "2"},
            {"date": "2025-10-11", "label": "Sat, Oct 11, 2025", "sessions": "13"},
        ],
    }
    assert months == re.findall(r'<option value="([^"]*)"', capture("practice_month.html"))
    assert (months[0], months[-1]) == ("2026-01", "2017-09")
    assert months == sorted(set(months), reverse=True)


def test_the_payload_of_the_session_page_is_complete() -> None:
    payload = SessionPage(capture("practice_session.html")).payload()
    laps = payload.pop("laps")
    driver = payload.pop("driver")
    assert f"Practice Session ({driver})" in capture("practice_session.html")
    assert payload == {
        "track_name": "Canberra Off Road Model Car Club",
        "class": "1/8 Nitro Buggy",
        "transponder": "8600142",
        "date": "October 25, 2025 (Saturday)",
        "start": "2:43:27pm",
        "end": "2:50:17pm",
        "length": "3:49",
        "num_laps": "5",
        "fastest_lap": "42.996",
        "top_3_consec": "133.270",
        "avg": "45.815",
        "top_5": "45.815",
        "top_10": "",
        "top_15": "",
        "std_deviation": "2.430",
        "consistency": "94.695%",
        "valid_lap_range": "20 to 1:10",
        "fast_lap": "Lap 1: 42.996",
    }
    times = ["42.996", "47.016", "43.258", "49.466", "46.339"]
    clocks = ["44:10", "44:57", "45:41", "46:30", "47:17"]
    assert laps == [
        {
            "x": str(number),
            "lap_time": time,
            "date": "2025-10-25",
            "time": f"14:{clock}",
            "date_time_display": f"10/25/2025 2:{clock}pm",
            "time_display": f"2:{clock}pm",
            "is_valid": "1",
            "label": f"Lap {number}: {time}",
        }
        for number, (time, clock) in enumerate(zip(times, clocks, strict=True), start=1)
    ]


def test_the_month_page_is_rejected_as_a_list_of_today() -> None:
    with pytest.raises(PageError) as error:
        DayListPage(capture("practice_month.html"), date="2026-01-12")
    assert error.value.kind is PageErrorKind.CHANGED_LAYOUT


@pytest.mark.parametrize("name", ["practice_month.html", "practice_session.html"])
def test_a_page_that_is_truncated_anywhere_is_rejected(name: str) -> None:
    html = capture(name).rstrip()
    for percent in range(100):
        with pytest.raises(PageError):
            SessionPage(html[: len(html) * percent // 100])
