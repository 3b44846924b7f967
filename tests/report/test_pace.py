"""The distribution of a racer's laps."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given

from tests.report.days import LAP_TIMES, pace_of


@given(LAP_TIMES)
def test_quantiles_are_in_order_and_within_the_laps(times: list[Decimal]) -> None:
    pace = pace_of(*times)
    quantiles = [pace.best, pace.first_quartile, pace.median, pace.third_quartile, pace.ninth_decile, max(times)]
    assert all(lower <= higher for lower, higher in pairwise(quantiles))
    assert pace.best == min(times)
    assert sum(time <= pace.median for time in times) >= len(times) / 2


def test_quantiles_of_five_laps() -> None:
    pace = pace_of(*map(Decimal, (30, 34, 31, 33, 32)))
    quantiles = [pace.first_quartile, pace.median, pace.third_quartile, pace.ninth_decile]
    assert quantiles == list(map(Decimal, ("31", "32", "33", "33.6")))
