"""Times that can be compared: taken in turns in one run, since a machine is now faster and now slower."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """Seconds by candidate, one per round; the first of one candidate was taken beside the first of the others."""

    seconds: Mapping[str, Sequence[float]]

    def median(self, candidate: str) -> float:
        """Its time in an ordinary round."""
        return statistics.median(self.seconds[candidate])

    def ratio(self, candidate: str, to: str) -> float:
        """How many times as long as the other it takes: the median of each round's own ratio."""
        return statistics.median(
            mine / other for mine, other in zip(self.seconds[candidate], self.seconds[to], strict=True)
        )


def in_turns(
    candidates: Mapping[str, Callable[[], object]],
    rounds: int,
    before_each: Callable[[str], object] = lambda _: None,
    clock: Callable[[], float] = time.perf_counter,
) -> Timings:
    """Time each candidate once in every round, now one first and now the other.

    `before_each` is called with the candidate's name before its turn, and not timed. What only computes, in this
    process, is timed best by `time.process_time`: other processes then matter less.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            before_each(name)
            seconds[name].append(seconds_of(candidates[name], clock))
    return Timings(seconds)


def seconds_of(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long it takes."""
    started = clock()
    work()
    return clock() - started
