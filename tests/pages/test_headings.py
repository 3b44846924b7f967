"""Days and months in headings."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.pages.headings import day_in_heading, day_in_text, month_in_heading


@given(st.dates(min_value=date(1000, 1, 1)))
def test_the_heading_of_any_day_gives_its_iso_date(day: date) -> None:
    assert day_in_heading(f"{day:%B} {day.day}, {day.year} ({day:%A})") == day.isoformat()


@pytest.mark.parametrize(
    "heading", ["", "10/25/2025", "October 25", "February 30, 2025", "Smarch 1, 2025", "October 0, 2025"]
)
def test_a_heading_without_a_day_gives_none(heading: str) -> None:
    assert day_in_heading(heading) is None


@given(st.dates(min_value=date(1000, 1, 1)))
def test_the_text_of_any_day_gives_its_iso_date(day: date) -> None:
    assert day_in_text(f"{day:%a}, {day:%b} {day.day:02}, {day.year}") == day.isoformat()
    assert day_in_text(f"{day:%B} {day.day}, {day.year}") == day.isoformat()


@pytest.mark.parametrize("text", ["", "Total", "10/25/2025", "Sat, Oct 25", "Sat, Feb 30, 2025", "Sat, Smarch 1, 2025"])
def test_a_text_without_a_day_gives_none(text: str) -> None:
    assert day_in_text(text) is None


@pytest.mark.parametrize(
    ("heading", "month"),
    [("October 2025", "2025-10"), ("January 2026", "2026-01"), ("Smarch 2025", None), ("2025-10", None), ("", None)],
)
def test_the_heading_of_a_month_gives_year_and_month(heading: str, month: str | None) -> None:
    assert month_in_heading(heading) == month
