"""The day by racer: sessions, laps and figures of each."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from scraper.report.practice_day import DriverDay, Lap, PracticeDay, Session
from scraper.report.wording import short_name

UNKNOWN_DRIVER = "Unknown Driver"


@dataclass(frozen=True)
class Racer:
    """The person of a session where one is known, else its driver. Sessions are in order of start."""

    racer_id: UUID
    label: str
    sessions: list[Session]
    days: list[DriverDay]
    """One per class."""

    @property
    def anchor(self) -> str:
        """The racer's id on the page. A link to it stays valid, because ids of people do not change."""
        return f"racer-{self.racer_id}"

    @cached_property
    def transponders(self) -> list[str]:
        """In order of use."""
        return list(dict.fromkeys(each.transponder_number for each in self.sessions if each.transponder_number))

    @cached_property
    def classes(self) -> list[str]:
        """In order of use."""
        return list(dict.fromkeys(session.class_name for session in self.sessions))

    @cached_property
    def best_session(self) -> Session | None:
        """The session with the fastest valid lap of all classes; of equal ones the first."""
        return min((session for session in self.sessions if session.best_lap), key=_best_lap, default=None)

    @cached_property
    def most_consistent_session(self) -> Session | None:
        """The most consistent session with enough laps."""
        compared = [session for session in self.sessions if session.comparable_consistency is not None]
        return max(compared, key=lambda session: session.comparable_consistency or 0, default=None)

    def consistency_in(self, class_name: str) -> Decimal | None:
        """Return the highest consistency of a session in this class with enough laps, per cent."""
        own = [session.comparable_consistency for session in self.sessions if session.class_name == class_name]
        return max((consistency for consistency in own if consistency is not None), default=None)

    @property
    def search_text(self) -> str:
        """The text that the search field of the page searches: names, classes, transponders."""
        names = dict.fromkeys(session.name_on_session for session in self.sessions)
        return " ".join(map(short_name, (self.label, *names, *self.classes, *self.transponders)))

    @property
    def uncaptured(self) -> int:
        """The number of sessions without laps because their page is not captured."""
        return sum(session.detail_status != "captured" for session in self.sessions)

    @property
    def lap_table(self) -> list[tuple[int, list[Lap | None]]]:
        """For each lap number the laps of all sessions."""
        by_number = [{lap.number: lap for lap in session.laps} for session in self.sessions]
        numbers = sorted({number for laps in by_number for number in laps})
        return [(number, [laps.get(number) for laps in by_number]) for number in numbers]

    @property
    def lap_count(self) -> int:
        """All laps of the day."""
        return sum(session.lap_count or 0 for session in self.sessions)

    @property
    def time_on_track_seconds(self) -> Decimal:
        """The sum of all laps."""
        return sum((session.time_on_track_seconds or Decimal(0) for session in self.sessions), Decimal(0))

    @property
    def unusual_laps(self) -> list[tuple[Session, Lap]]:
        """Laps that are invalid, left out or flagged, in order."""
        return [
            (session, lap)
            for session in self.sessions
            for lap in session.laps
            if lap.flag or lap.left_out or not lap.is_valid
        ]


def racers_of(day: PracticeDay) -> list[Racer]:
    """Return all racers of the day by name, unknown drivers last."""
    sessions: dict[UUID, list[Session]] = defaultdict(list)
    for session in day.sessions:
        sessions[session.racer_id].append(session)
    days: dict[UUID, list[DriverDay]] = defaultdict(list)
    for driver_day in day.driver_days:
        days[driver_day.racer_id].append(driver_day)
    labels = _labels(sessions)
    racers = [Racer(racer_id, labels[racer_id], own, days[racer_id]) for racer_id, own in sessions.items()]
    return sorted(racers, key=lambda racer: (_is_unknown(racer.sessions), racer.label.casefold(), racer.racer_id))


def _labels(sessions: dict[UUID, list[Session]]) -> dict[UUID, str]:
    """Return the names, with transponder or session where racers share a name or have none."""
    names = {racer_id: own[0].racer_name.strip() or UNKNOWN_DRIVER for racer_id, own in sessions.items()}
    count = Counter(names.values())
    return {
        racer_id: f"{name} ({_distinction(sessions[racer_id])})" if count[name] > 1 or name == UNKNOWN_DRIVER else name
        for racer_id, name in names.items()
    }


def _distinction(sessions: list[Session]) -> str:
    transponder = next((session.transponder_number for session in sessions if session.transponder_number), None)
    return f"transponder {transponder}" if transponder else f"session {sessions[0].session_id}"


def _is_unknown(sessions: list[Session]) -> bool:
    return sessions[0].racer_name.strip() in ("", UNKNOWN_DRIVER)


def _best_lap(session: Session) -> Decimal:
    return session.best_lap or Decimal("Infinity")
