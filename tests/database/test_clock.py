"""Clocks that differ by more than a minute get a warning."""

from datetime import timedelta

import psycopg
import pytest

from scraper.database.clock import clock_warning, skew_warning
from scraper.database.connection import Database


@pytest.mark.parametrize(
    ("seconds", "words"), [(61, "61 s ahead of"), (-7200, "7200 s behind"), (60, None), (-60, None), (0, None)]
)
def test_a_skew_of_more_than_a_minute_gets_a_warning(seconds: int, words: str | None) -> None:
    warning = skew_warning(timedelta(seconds=seconds))
    assert warning is None if words is None else words in (warning or "")


def test_the_clock_of_the_same_machine_gets_no_warning(empty_database: Database) -> None:
    with psycopg.connect(empty_database.conninfo) as connection:
        assert clock_warning(connection) is None
