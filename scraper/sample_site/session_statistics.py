"""The figures that LiveRC prints about one session, exactly, from its laps."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from scraper.sample_site.practice import Session

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class SessionStatistics:
    """Seconds with three decimals, ``consistency`` in per cent; ``None`` where the page's cell is blank.

    ``lap_count`` counts every lap that the page shows, invalid ones too. Everything else leaves invalid laps out
    ("not counted in stats", says the page), and three laps with an invalid one between them are not in a row.
    Whether the real site counts like this nobody knows; this class is the only place that decides it here.
    """

    lap_count: int
    fastest: Decimal | None
    average: Decimal | None
    top_3_consecutive: Decimal | None
    average_top_5: Decimal | None
    average_top_10: Decimal | None
    average_top_15: Decimal | None
    std_deviation: Decimal | None
    consistency: Decimal | None

    @classmethod
    def of(cls, session: Session) -> "SessionStatistics":
        """The statistics of this session."""
        valid = sorted(filter(session.is_valid, session.lap_times_ms))
        mean = _mean(valid)
        sigma = _standard_deviation(valid)
        return cls(
            lap_count=len(session.lap_times_ms),
            fastest=seconds(valid[0]) if valid else None,
            average=_rounded(mean),
            top_3_consecutive=_top_3_consecutive(session),
            average_top_5=_average_of_fastest(valid, 5),
            average_top_10=_average_of_fastest(valid, 10),
            average_top_15=_average_of_fastest(valid, 15),
            std_deviation=_rounded(sigma),
            consistency=_rounded(100 * (1 - sigma / mean)) if sigma is not None and mean else None,
        )


def seconds(milliseconds: int) -> Decimal:
    """Milliseconds as seconds with three decimals."""
    return Decimal(milliseconds).scaleb(-3)


def rounded(value: Decimal) -> Decimal:
    """Three decimals, half a thousandth rounded up."""
    return value.quantize(THOUSANDTH, ROUND_HALF_UP)


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value)


def _mean(times_ms: list[int]) -> Decimal | None:
    return Decimal(sum(times_ms)) / len(times_ms) / 1000 if times_ms else None


def _standard_deviation(times_ms: list[int]) -> Decimal | None:
    """The population's; the variance is an exact fraction of whole numbers until the root is drawn."""
    count = len(times_ms)
    if not count:
        return None
    spread = count * sum(time * time for time in times_ms) - sum(times_ms) ** 2
    return Decimal(spread).sqrt() / count / 1000


def _average_of_fastest(sorted_times_ms: list[int], count: int) -> Decimal | None:
    return _rounded(_mean(sorted_times_ms[:count])) if len(sorted_times_ms) >= count else None


def _top_3_consecutive(session: Session) -> Decimal | None:
    times = session.lap_times_ms
    threes = (three for three in zip(times, times[1:], times[2:], strict=False) if all(map(session.is_valid, three)))
    fastest = min(map(sum, threes), default=None)
    return None if fastest is None else seconds(fastest)
