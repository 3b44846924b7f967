"""Bounds for wall clocks without a time zone."""

from datetime import UTC, date, datetime

import pytest

from scraper.crawl.time_bounds import closing_time, end_of_day, passed_everywhere, read_clock

DAY = date(2025, 10, 25)
clock = datetime.fromisoformat
END_OF_NEXT_DAY = clock("2025-10-27 00:00:00")


def test_a_time_has_passed_everywhere_once_it_has_passed_at_utc_minus_12() -> None:
    assert passed_everywhere(clock("2025-10-25 20:00:00")) == datetime(2025, 10, 26, 8, tzinfo=UTC)
    assert passed_everywhere(end_of_day(DAY)) == datetime(2025, 10, 26, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("started_at", "length", "closes_at"),
    [
        ("2025-10-25 16:36:38", "8:28", clock("2025-10-25 16:50:06")),
        ("2025-10-25 16:36:38", "55", clock("2025-10-25 16:42:33")),
        ("2025-10-25 16:36:38", "0:00", clock("2025-10-25 16:41:38")),
        ("2025-10-25 16:36:38", "1:02:33", clock("2025-10-25 17:44:11")),
        ("2025-10-25 23:58:00", "8:28", clock("2025-10-26 00:11:28")),
    ],
)
def test_a_session_closes_when_its_timeout_has_passed(started_at: str, length: str, closes_at: datetime) -> None:
    assert closing_time(DAY, started_at, length) == closes_at


@pytest.mark.parametrize(
    ("started_at", "length"),
    [
        ("2025-10-25 16:36:38", ""),
        ("2025-10-25 16:36:38", "8:28 h"),
        ("2025-10-25 16:36:38", "999:9999:999999"),
        ("2025-10-25 16:36:38", "٨:٢٨"),
        ("", "8:28"),
        ("25.10.2025 16:36", "8:28"),
        ("2025-02-30 16:36:38", "8:28"),
        ("9999-12-31 23:59:59", "8:28"),
    ],
)
def test_a_session_whose_row_cannot_be_parsed_closes_with_the_next_day(started_at: str, length: str) -> None:
    assert closing_time(DAY, started_at, length) == END_OF_NEXT_DAY


def test_a_time_at_the_beginning_of_the_calendar_does_not_overflow() -> None:
    assert closing_time(DAY, "0001-01-01 00:00:00", "0:30") == clock("0001-01-01 00:05:30")


def test_only_the_format_of_list_rows_is_a_time() -> None:
    assert read_clock("2025-10-25 16:36:38") == clock("2025-10-25 16:36:38")
    assert read_clock("2025-10-25T16:36:38+02:00") is None
