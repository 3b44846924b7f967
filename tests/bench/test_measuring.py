"""Candidates alternate, and a ratio compares figures of the same round."""

from collections.abc import Callable
from itertools import count

import pytest

from bench.measuring import Timings, alternate, alternating_orders


def test_each_round_begins_with_the_next_candidate() -> None:
    assert ["".join(order) for order in alternating_orders("abc", 4)] == ["abc", "bca", "cab", "abc"]


def test_candidates_are_measured_in_that_order() -> None:
    order: list[str] = []

    def candidate(name: str) -> Callable[[], None]:
        return lambda: order.append(name)

    alternate({name: candidate(name) for name in "ab"}, rounds=3)
    assert "".join(order) == "abbaab"


def test_the_preparation_is_not_timed() -> None:
    ticks = count()
    timings = alternate(
        {"a": lambda: next(ticks)}, 2, before_each=lambda _: next(ticks), clock=lambda: float(next(ticks))
    )
    assert timings.seconds == {"a": [2.0, 2.0]}


def test_the_preparation_gets_the_name_of_the_candidate() -> None:
    names: list[str] = []
    alternate(dict.fromkeys("ab", lambda: None), 1, before_each=names.append)
    assert names == ["a", "b"]


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    timings = Timings({"ours": [1.0, 10.0, 2.0], "theirs": [3.0, 30.0, 4.0]})
    assert timings.ratio("theirs", to="ours") == pytest.approx(3.0)
    assert timings.median("ours") == pytest.approx(2.0)
