"""The figures of one practice day, by the definitions of LiveRC's own panels, and those panels as printed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scraper.sample_site import page_text
from scraper.sample_site.driver_names import UNKNOWN_CLASS, display_class, display_name, folded, is_name
from scraper.sample_site.practice import Day, Session, nearest_second
from scraper.sample_site.session_statistics import SessionStatistics


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """Totals over a day's sessions.

    ``printed_track_time`` adds up the lengths as the list prints them, ``track_time`` the laps themselves before
    rounding; both are whole seconds and may differ by half a second per session. Drivers are distinct names without
    ``Unknown Driver``, classes are counted with ``Unknown Class``. The first and last start are ``None`` without
    sessions.
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
        """The statistics of this day."""
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
    """All three panels as text, ``None`` for a day without sessions, whose page has no panels."""
    if not day.sessions:
        return None
    return {
        "stats": stats_panel(day),
        "leaderboard": leaderboard_panel(day),
        "laps_by_class": laps_by_class_panel(day),
    }


def stats_panel(day: Day) -> dict[str, str]:
    """``Practice Stats for …``: the panel's cells as text. The day must have sessions."""
    statistics = DayStatistics.of(day)
    return {
        "total_laps": str(statistics.total_laps),
        "total_track_time": page_text.track_time(statistics.track_time),
        "unique_drivers": str(statistics.unique_drivers),
        "unique_classes": str(statistics.unique_classes),
        "first_session": page_text.clock(day.sessions[0].started_at),
        "last_session": page_text.clock(day.sessions[-1].started_at),
    }


def laps_by_class_panel(day: Day) -> list[dict[str, str]]:
    """``Laps-by-Class``: laps per class in order of the class, ``Unknown Class`` among them."""
    laps: Counter[str] = Counter()
    for session in day.sessions:
        laps[display_class(session.class_name)] += SessionStatistics.of(session).lap_count
    return [{"label": class_name, "laps": str(count)} for class_name, count in sorted(laps.items())]


def leaderboard_panel(day: Day) -> list[dict[str, str]]:
    """``Practice Leaderboard for …``: the day's fastest session, then each class's in order of the class.

    Classes without a valid lap and ``Unknown Class`` have no row; without any valid lap there are no rows at all.
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


def _timed_sessions(day: Day) -> list[tuple[Decimal, Session]]:
    timed = ((SessionStatistics.of(session).fastest, session) for session in day.sessions)
    return [(fastest, session) for fastest, session in timed if fastest is not None]


def _leader(fastest: Decimal, session: Session) -> dict[str, str]:
    return {
        "session_id": str(session.session_id),
        "time": page_text.number(fastest),
        "driver": display_name(session.driver),
    }
