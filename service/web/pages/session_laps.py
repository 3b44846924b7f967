"""A session as pages show it: what its racer is called, and its laps with all that is known about each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from scraper.report.practice_day import Lap
from scraper.report.racers import UNKNOWN_DRIVER
from service.web.pools import Connection
from service.web.queries import sessions


@dataclass(frozen=True)
class SessionLap(Lap):
    """A lap with the time from the start of the session to its end, seconds; None after an unreadable lap."""

    elapsed: Decimal | None = None


def read_laps(connection: Connection, event_id: UUID, race_id: UUID) -> Sequence[SessionLap]:
    """Return the laps of a session that is stored; none while its page is not captured."""
    flags = {each["lap_number"]: each for each in sessions.flags(connection, event_id, race_id)}
    reasons = {each["lap_number"]: each["reason"] for each in sessions.left_out_laps(connection, event_id, race_id)}
    laps = []
    for row in sessions.laps(connection, race_id):
        number = row["lap_number"]
        flag = flags.get(number, {"flag": None, "explanation": None})
        laps.append(
            SessionLap(
                number,
                row["lap_time_seconds"],
                row["is_valid"],
                flag["flag"],
                flag["explanation"],
                reasons.get(number),
                row["elapsed_race_time"],
            )
        )
    return laps


def racer_label(session: Mapping[str, Any]) -> str:
    """Return the name of a session's racer, for an unknown one with what tells it from others."""
    name: str = session["racer_name"].strip()
    if name not in ("", UNKNOWN_DRIVER):
        return name
    transponder = session["transponder_number"]
    return f"{UNKNOWN_DRIVER} ({f'transponder {transponder}' if transponder else 'session ' + session['session_id']})"
