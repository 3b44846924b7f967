"""Two sessions lap by lap, and what to know before comparing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from scraper.report.wording import clock
from service.web.pages.session_laps import SessionLap, racer_label, read_laps
from service.web.pools import Connection
from service.web.problems import Refusal
from service.web.queries import days, sessions


@dataclass(frozen=True)
class Side:
    """One of two sessions, with its laps."""

    session: Mapping[str, Any]
    laps: Sequence[SessionLap]

    @property
    def label(self) -> str:
        """The racer and the start, which tell it from the other side."""
        return f"{racer_label(self.session)}, {clock(self.session['start_time'])}"


@dataclass(frozen=True)
class Pair:
    """The laps of both sessions that have the same number; None where a session has no such lap.

    `difference` is the second lap minus the first, `so_far` the same of the times from the start of each session to the
    end of the lap, seconds; None where a time is unknown.
    """

    number: int
    first: SessionLap | None
    second: SessionLap | None

    @property
    def difference(self) -> Decimal | None:
        """The second lap minus the first, seconds."""
        return _minus(self.second.seconds, self.first.seconds) if self.first and self.second else None

    @property
    def so_far(self) -> Decimal | None:
        """The second time since the start minus the first, seconds."""
        return _minus(self.second.elapsed, self.first.elapsed) if self.first and self.second else None


def read_side(connection: Connection, session: Mapping[str, Any]) -> Side:
    """Return a session that is stored, with its laps."""
    return Side(session, read_laps(connection, session["event_id"], session["race_id"]))


def find_side(connection: Connection, race_id: UUID) -> Side:
    """Return a session with its laps. Raises SESSION_NOT_FOUND."""
    event_id = sessions.day_of_session(connection, race_id)
    return read_side(connection, sessions.find_session(connection, event_id, race_id))


def pairs(first: Sequence[SessionLap], second: Sequence[SessionLap]) -> Sequence[Pair]:
    """Return the laps of two sessions by number."""
    ours, theirs = ({lap.number: lap for lap in laps} for laps in (first, second))
    return [Pair(number, ours.get(number), theirs.get(number)) for number in sorted(ours.keys() | theirs.keys())]


def remarks(first: Mapping[str, Any], second: Mapping[str, Any]) -> Sequence[str]:
    """Return in sentences why two sessions may say little about each other."""
    found = []
    if first["race_id"] == second["race_id"]:
        found.append("This is the same session twice.")
    elif first["racer_id"] == second["racer_id"]:
        found.append("Both sessions are of the same racer.")
    if first["track_slug"] != second["track_slug"]:
        found.append("The sessions are of different tracks, so their lap times say nothing about each other.")
    if first["class_name"] != second["class_name"]:
        found.append("The sessions are of different classes.")
    if first["track_slug"] == second["track_slug"] and first["practice_date"] != second["practice_date"]:
        found.append("The sessions are of different days; the track may have had another layout.")
    return found


def best_sessions(
    connection: Connection, event_id: UUID, racers: tuple[UUID, UUID]
) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    """Return for each of two racers the sessions of a day, the one to compare first.

    That is the session with the best lap of the class that both drove, the one with most sessions if there are several,
    else of all classes. Raises DAY_NOT_FOUND and PERSON_NOT_FOUND.
    """
    days.find_day(connection, event_id)
    found = days.sessions_of_racers(connection, event_id, racers)
    first, second = ([each for each in found if each["racer_id"] == racer] for racer in racers)
    if not first or not second:
        raise Refusal(
            "PERSON_NOT_FOUND", "One of the two has no session on this day. The page of the day has all racers."
        )
    common = {each["class_name"] for each in first} & {each["class_name"] for each in second}
    classes = [each["class_name"] for each in found if each["class_name"] in common]
    shared = max(sorted(common), key=classes.count, default=None)
    return _best_first(first, shared), _best_first(second, shared)


def _best_first(own: Sequence[Mapping[str, Any]], class_name: str | None) -> Sequence[Mapping[str, Any]]:
    def place(session: Mapping[str, Any]) -> tuple[bool, bool, Decimal]:
        return (
            class_name is not None and session["class_name"] != class_name,
            session["best_lap"] is None,
            session["best_lap"] or Decimal(0),
        )

    return sorted(own, key=place)


def _minus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other
