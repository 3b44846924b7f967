"""Figures in the format of the page."""

from datetime import date
from decimal import Decimal

import pytest

from scraper.report import wording


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (wording.lap_time(Decimal("65.34")), "65.340"),
        (wording.lap_time(None), "–"),
        (wording.gap(Decimal("0.312")), "+0.312"),
        (wording.gain(Decimal("-1.2")), "−1.200"),
        (wording.gain(None), ""),
        (wording.percent(Decimal("95.338")), "95.3 %"),
        (wording.whole(1204), "1,204"),
        (wording.length_of_time(Decimal("508.4")), "8:28"),
        (wording.length_of_time(7391), "2:03:11"),
        (wording.long_date(date(2025, 10, 5)), "Sunday, 5 October 2025"),
        (wording.short_name("  Ana\n Ruiz "), "Ana Ruiz"),
        (wording.short_name("x" * 61), "x" * 59 + "…"),
        (wording.counted(1, "lap"), "1 lap"),
        (wording.counted(1200, "lap"), "1,200 laps"),
    ],
)
def test_figures_are_formatted_for_racers(printed: str, expected: str) -> None:
    assert printed == expected
