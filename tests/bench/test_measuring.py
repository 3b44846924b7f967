"""What is compared takes turns, and its ratio is that of an ordinary round."""

from itertools import count

import pytest

from bench.measuring import Timings, in_turns


def test_candidates_take_turns_and_nobody_is_always_first() -> None:
    order: list[str] = []
    in_turns({name: lambda name=name: order.append(name) for name in "ab"}, rounds=3)  # type: ignore[misc]
    assert "".join(order) == "abbaab"


def test_only_the_work_is_timed_and_not_what_goes_before_it() -> None:
    ticks = count()
    timings = in_turns(
        {"a": lambda: next(ticks)}, 2, before_each=lambda _: next(ticks), clock=lambda: float(next(ticks))
    )
    assert timings.seconds == {"a": [2.0, 2.0]}


def test_what_goes_before_knows_whose_turn_it_is() -> None:
    told: list[str] = []
    in_turns(dict.fromkeys("ab", lambda: None), 1, before_each=told.append)
    assert told == ["a", "b"]


def test_a_ratio_is_taken_within_each_round() -> None:
    timings = Timings({"ours": [1.0, 10.0, 2.0], "theirs": [3.0, 30.0, 4.0]})
    assert timings.ratio("theirs", to="ours") == pytest.approx(3.0)
    assert timings.median("ours") == pytest.approx(2.0)
