"""How fast a racer's laps of a class were as a whole, and how far they lay apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles

from scraper.report.practice_day import Place
from scraper.report.racers import Racer

_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Pace:
    """Of a racer's valid laps in a class: the best, where a quarter, half, three quarters and nine tenths lie; seconds.

    `consistency` is that of the most consistent run that is long enough, per cent.
    """

    racer: Racer
    valid_laps: int
    best: Decimal
    quarter: Decimal
    median: Decimal
    three_quarters: Decimal
    nine_tenths: Decimal
    consistency: Decimal | None


def paces_of(class_name: str, places: Iterable[Place], racers: Iterable[Racer]) -> list[Pace]:
    """In the order of the leaderboard; without those whose laps are not captured."""
    by_id = {racer.racer_id: racer for racer in racers}
    paces = (_pace(by_id[place.racer_id], class_name) for place in places if place.class_name == class_name)
    return [pace for pace in paces if pace]


def _pace(racer: Racer, class_name: str) -> Pace | None:
    runs = [run for run in racer.runs if run.session.class_name == class_name]
    times = [lap.seconds for run in runs for lap in run.laps if lap.is_valid and lap.seconds is not None]
    if not times:
        return None
    quarter, median, three_quarters = _shares(times, 4)
    return Pace(
        racer=racer,
        valid_laps=len(times),
        best=min(times),
        quarter=quarter,
        median=median,
        three_quarters=three_quarters,
        nine_tenths=_shares(times, 10)[-1],
        consistency=racer.consistency_in(class_name),
    )


def _shares(times: list[Decimal], parts: int) -> list[Decimal]:
    if len(times) == 1:
        return times * (parts - 1)
    return [share.quantize(_THOUSANDTH) for share in quantiles(times, n=parts, method="inclusive")]
