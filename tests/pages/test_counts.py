"""Counts in plain digits and in groups of thousands."""

import pytest

from scraper.pages import read_count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        (" 56 ", 56),
        ("1100", 1100),
        ("1,100", 1100),
        ("1.100", 1100),
        ("1 100", 1100),
        ("1\u202f100", 1100),
        ("1'100", 1100),
        ("1,100,200", 1_100_200),
        ("1,100.200", None),
        ("1,10", None),
        ("1,1000", None),
        ("1.5", None),
        ("-1", None),
        ("\uff12", None),
        ("12345678901", None),
        ("many", None),
        ("", None),
    ],
)
def test_a_count_is_plain_digits_or_groups_of_thousands(text: str, count: int | None) -> None:
    assert read_count(text) == count
