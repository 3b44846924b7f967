"""`Retry-After` in all forms that sites use."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.crawl.middlewares.retry import seconds_to_wait

NOW = datetime(2026, 3, 5, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("999999999", 999999999),
        ("Thu, 05 Mar 2026 12:00:30 GMT", 30),
        ("Thu, 05 Mar 2026 11:59:30 GMT", 0),
        ("Thu, 05 Mar 2026 13:00:00 +0100", 0),
        ("05 Mar 2026 12:01:00", 60),
        ("Thursday, 05-Mar-26 12:00:30 GMT", 30),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        ("Thu, 99 Mar 2026 12:00:30 GMT", None),
        ("9999999999999999999999", None),
    ],
)
def test_seconds_dates_and_other_text(retry_after: str, seconds: float | None) -> None:
    assert seconds_to_wait(retry_after, "", NOW) == seconds


def test_a_date_is_relative_to_the_date_of_the_response() -> None:
    assert seconds_to_wait("Sat, 29 Feb 2020 00:01:00 GMT", "Sat, 29 Feb 2020 00:00:00 GMT", NOW) == 60


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_wait_or_none(retry_after: str, site_date: str) -> None:
    seconds = seconds_to_wait(retry_after, site_date, NOW)
    assert seconds is None or seconds >= 0
