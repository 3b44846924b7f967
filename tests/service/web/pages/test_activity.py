"""The chart of the sessions by month."""

import re
from datetime import date

from service.web.pages.activity import activity_chart


def test_a_bar_is_as_high_as_the_sessions_and_a_month_without_practice_has_none() -> None:
    months = {date(2025, 2, 1): 10, date(2024, 12, 1): 20}
    chart = activity_chart([{"month": month, "sessions": sessions, "days": 1} for month, sessions in months.items()])
    (shape,) = chart.shapes
    bars = [tuple(map(float, re.findall(r"[\d.]+", bar))) for bar in shape.path.split("Z")[:-1]]
    # A third of the width is a month, and the axis goes to the highest bar.
    assert [(round((left + right) / 2, 1), top) for left, _, top, right, _ in bars] == [(83.3, 80), (16.7, 0)]
    assert all(0 < right - left < 100 / 3 for left, _, _, right, _ in bars)
    assert [mark.words for mark in chart.marks] == [
        "February 2025\n10 sessions on 1 day",
        "December 2024\n20 sessions on 1 day",
    ]
    assert [tick.text for tick in chart.x_ticks] == ["Dec 2024", "Jan 2025", "Feb 2025"]


def test_one_month_is_a_chart() -> None:
    chart = activity_chart([{"month": date(2025, 2, 1), "sessions": 1, "days": 1}])
    assert chart.shapes[0].path == "M15 160V128H85V160Z"
