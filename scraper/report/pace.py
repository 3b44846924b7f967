"""The distribution of the laps of a racer that count in a class."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles

from scraper.report.practice_day import Place
from scraper.report.racers import Racer

_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Pace:
    """Best lap, quartiles and ninth decile of a racer's laps in a class that are valid and not left out, seconds.

    `consistency` is the highest of a session with enough laps, per cent.
    """

    racer: Racer
    laps: int
    best: Decimal
    first_quartile: Decimal
    median: Decimal
    third_quartile: Decimal
    ninth_decile: Decimal
    consistency: Decimal | None


def paces_of(class_name: str, places: Iterable[Place], racers: Iterable[Racer]) -> list[Pace]:
    """Return the paces in order of the leaderboard, without racers whose laps are not captured."""
    by_id = {racer.racer_id: racer for racer in racers}
    paces = (_pace(by_id[place.racer_id], class_name) for place in places if place.class_name == class_name)
    return [pace for pace in paces if pace]


def _pace(racer: Racer, class_name: str) -> Pace | None:
    sessions = [session for session in racer.sessions if session.class_name == class_name]
    times = [lap.seconds for each in sessions for lap in each.laps if lap.counts and lap.seconds is not None]
    if not times:
        return None
    first_quartile, median, third_quartile = _quantiles(times, 4)
    return Pace(
        racer=racer,
        laps=len(times),
        best=min(times),
        first_quartile=first_quartile,
        median=median,
        third_quartile=third_quartile,
        ninth_decile=_quantiles(times, 10)[-1],
        consistency=racer.consistency_in(class_name),
    )


def _quantiles(times: list[Decimal], count: int) -> list[Decimal]:
    if len(times) == 1:
        return times * (count - 1)
    return [share.quantize(_THOUSANDTH) for share in quantiles(times, n=count, method="inclusive")]
