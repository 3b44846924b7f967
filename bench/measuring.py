"""Times that can be compared: candidates alternate within one run, because the speed of a machine changes."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """Seconds by candidate, one figure per round. Figures of the same round were measured one after the other."""

    seconds: Mapping[str, Sequence[float]]

    def median(self, candidate: str) -> float:
        """Return the median of the candidate's seconds."""
        return statistics.median(self.seconds[candidate])

    def ratio(self, candidate: str, to: str) -> float:
        """Return the median of the ratios of each round: how many times as long as `to` the candidate takes."""
        return statistics.median(
            mine / other for mine, other in zip(self.seconds[candidate], self.seconds[to], strict=True)
        )


def alternating_orders(candidates: Sequence[str], rounds: int) -> Iterator[list[str]]:
    """Yield the order of the candidates for each round; each round begins with the next candidate."""
    for number in range(rounds):
        first = number % len(candidates)
        yield [*candidates[first:], *candidates[:first]]


def alternate(
    candidates: Mapping[str, Callable[[], object]],
    rounds: int,
    before_each: Callable[[str], object] = lambda _: None,
    clock: Callable[[], float] = time.perf_counter,
) -> Timings:
    """Time each candidate once in every round.

    `before_each` gets the candidate's name before each measurement and is not timed. Use `time.process_time` as clock
    for work that only computes in this process: other processes then matter less.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for order in alternating_orders(list(candidates), rounds):
        for name in order:
            before_each(name)
            seconds[name].append(seconds_of(candidates[name], clock))
    return Timings(seconds)


def seconds_of(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds that the work takes."""
    started = clock()
    work()
    return clock() - started
