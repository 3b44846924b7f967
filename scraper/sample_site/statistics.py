"""The figures that LiveRC prints about a session and about a day, computed from the laps, and the day's panels."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from scraper.sample_site import page_text
from scraper.sample_site.driver_names import UNKNOWN_CLASS, display_class, display_name, folded, is_name
from scraper.sample_site.practice import Day, Session, nearest_second

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class SessionStatistics:
    """Seconds with three decimals, ``consistency`` in per cent; ``None`` where the page's cell is blank.

    ``lap_count`` counts every lap, invalid ones included. All other figures leave invalid laps out (the page says "not
    counted in stats"), and an invalid lap interrupts three laps in a row. How the real site counts is not known; only
    this class decides it for the sample site.
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
        """Return the statistics of this session."""
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
    """Return milliseconds as seconds with three decimals."""
    return Decimal(milliseconds).scaleb(-3)


def rounded(value: Decimal) -> Decimal:
    """Return the value with three decimals, half a thousandth rounded up."""
    return value.quantize(THOUSANDTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """Totals over a day's sessions.

    ``printed_track_time`` is the sum of the lengths that the list prints, ``track_time`` the rounded sum of all laps.
    Both are whole seconds and differ by at most half a second per session. Drivers are distinct names without
    ``Unknown Driver``; classes include ``Unknown Class``. The first and last start are ``None`` without sessions.
    """

    total_laps: int
    track_time: int
    printed_track_time: int
    unique_drivers: int
    unique_classes: int
    first_start: datetime | None
    last_start: datetime | None

    @classmethod
    def of(cls, day: Day) -> "DayStatistics":
        """Return the statistics of this day."""
        starts = [session.started_at for session in day.sessions]
        return cls(
            total_laps=sum(SessionStatistics.of(session).lap_count for session in day.sessions),
            track_time=nearest_second(sum(session.length_ms for session in day.sessions)),
            printed_track_time=sum(session.length_seconds for session in day.sessions),
            unique_drivers=len({folded(session.driver) for session in day.sessions if is_name(session.driver)}),
            unique_classes=len({display_class(session.class_name) for session in day.sessions}),
            first_start=starts[0] if starts else None,
            last_start=starts[-1] if starts else None,
        )


def site_stats(day: Day) -> dict[str, object] | None:
    """Return all three panels as text; ``None`` for a day without sessions, whose page has no panels."""
    if not day.sessions:
        return None
    return {
        "stats": stats_panel(day),
        "leaderboard": leaderboard_panel(day),
        "laps_by_class": laps_by_class_panel(day),
    }


def stats_panel(day: Day) -> dict[str, str]:
    """Return the cells of the panel ``Practice Stats for …`` as text. The day must have sessions."""
    statistics = DayStatistics.of(day)
    return {
        "total_laps": page_text.count(statistics.total_laps),
        "total_track_time": page_text.track_time(statistics.track_time),
        "unique_drivers": page_text.count(statistics.unique_drivers),
        "unique_classes": page_text.count(statistics.unique_classes),
        "first_session": page_text.clock(day.sessions[0].started_at),
        "last_session": page_text.clock(day.sessions[-1].started_at),
    }


def laps_by_class_panel(day: Day) -> list[dict[str, str]]:
    """Return the panel ``Laps-by-Class``: laps per class in order of the class, ``Unknown Class`` included."""
    laps: Counter[str] = Counter()
    for session in day.sessions:
        laps[display_class(session.class_name)] += SessionStatistics.of(session).lap_count
    return [{"label": class_name, "laps": str(count)} for class_name, count in sorted(laps.items())]


def leaderboard_panel(day: Day) -> list[dict[str, str]]:
    """Return the panel ``Practice Leaderboard for …``: the day's fastest session, then each class's by class.

    Classes without a valid lap and ``Unknown Class`` have no row. A day without a valid lap has no rows.
    """
    timed = sorted(_timed_sessions(day), key=lambda timed_session: timed_session[0])
    best_of_class: dict[str, dict[str, str]] = {}
    for fastest, session in timed:
        class_name = display_class(session.class_name)
        if class_name != UNKNOWN_CLASS:
            best_of_class.setdefault(class_name, {"label": class_name, **_leader(fastest, session)})
    overall = [
        {"label": "Overall Fastest", **_leader(fastest, session), "class": display_class(session.class_name)}
        for fastest, session in timed[:1]
    ]
    return overall + [best_of_class[class_name] for class_name in sorted(best_of_class)]


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value)


def _mean(times_ms: list[int]) -> Decimal | None:
    return Decimal(sum(times_ms)) / len(times_ms) / 1000 if times_ms else None


def _standard_deviation(times_ms: list[int]) -> Decimal | None:
    """Return the deviation of the population. The variance is an exact fraction; only its root is rounded."""
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


def _timed_sessions(day: Day) -> list[tuple[Decimal, Session]]:
    timed = ((SessionStatistics.of(session).fastest, session) for session in day.sessions)
    return [(fastest, session) for fastest, session in timed if fastest is not None]


def _leader(fastest: Decimal, session: Session) -> dict[str, str]:
    return {
        "session_id": str(session.session_id),
        "time": page_text.number(fastest),
        "driver": display_name(session.driver),
    }
