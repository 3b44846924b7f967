"""One session with its laps."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from service.web.pools import Connection
from service.web.problems import Refusal
from service.web.rows import Instant, Number, Row, Seconds, WallClock, select


class Session(Row):
    """A session with its racer and its figures."""

    race_id: UUID
    event_id: UUID
    track_slug: str
    practice_date: date
    session_id: str
    racer_id: UUID
    person_id: UUID | None
    racer_name: str
    name_on_session: str
    transponder_number: str | None
    class_name: str
    start_time: WallClock | None
    start_time_utc: Instant | None
    end_time: WallClock | None
    end_time_utc: Instant | None
    time_on_track_seconds: Seconds | None
    detail_status: str
    laps: int | None
    valid_laps: int | None
    best_lap: Seconds | None
    best_lap_number: int | None
    best_lap_at: WallClock | None
    average_lap: Seconds | None
    best_3_consecutive: Seconds | None
    best_5_consecutive: Seconds | None
    std_deviation: Seconds | None
    consistency: Number | None
    session_of_day: int
    gain_on_previous_best: Seconds | None


class Lap(Row):
    """A lap of a session."""

    lap_number: int
    lap_time_seconds: Seconds | None
    is_valid: bool
    position_on_lap: int | None
    elapsed_race_time: Seconds | None
    finished_at: WallClock | None


class LapFlag(Row):
    """A lap that differs much from the racer's median lap."""

    lap_number: int
    flag: str
    median_lap: Seconds | None
    share_of_median: Number | None
    explanation: str


class LeftOutLap(Row):
    """A lap that best laps, leaderboards and records leave out."""

    lap_number: int
    reason: str


_DAY_OF_SESSION = "select event_id from racing.races where id = %s"
_ADDRESS = "select race_url from racing.races where id = %s"
_RESULT = "select id from racing.race_results where race_id = %s"


def day_of_session(connection: Connection, race_id: UUID) -> UUID:
    """Return the event of a session. Raises SESSION_NOT_FOUND."""
    event = connection.execute(_DAY_OF_SESSION, [race_id]).fetchone()
    if event is None:
        raise session_not_found()
    event_id: UUID = event[0]
    return event_id


def find_session(connection: Connection, event_id: UUID, race_id: UUID) -> dict[str, Any]:
    """Return a session that is on its day's list. Raises SESSION_NOT_FOUND."""
    # With the day, so that the model reads one day.
    found = select(
        connection,
        Session,
        "from analytics.sessions where event_id = %(event_id)s and race_id = %(race_id)s",
        event_id=event_id,
        race_id=race_id,
    )
    if not found:
        raise session_not_found()
    return found[0]


def address(connection: Connection, race_id: UUID) -> str:
    """Return the address of the session's page at the site. Raises SESSION_NOT_FOUND."""
    found = connection.execute(_ADDRESS, [race_id]).fetchone()
    if found is None:
        raise session_not_found()
    url: str = found[0]
    return url


def laps(connection: Connection, race_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the laps of a session."""
    return select(
        connection,
        Lap,
        "from racing.laps where race_result_id = %(result)s order by lap_number",
        result=_result(connection, race_id),
    )


def flags(connection: Connection, event_id: UUID, race_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the laps of a session that are unusual."""
    return select(
        connection,
        LapFlag,
        """
        from analytics.lap_flags where event_id = %(event_id)s and race_result_id = %(result)s
        order by lap_number, flag
        """,
        event_id=event_id,
        result=_result(connection, race_id),
    )


def left_out_laps(connection: Connection, event_id: UUID, race_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the laps of a session that best laps leave out, with the reasons."""
    return select(
        connection,
        LeftOutLap,
        """
        from analytics.left_out_laps where event_id = %(event_id)s and race_result_id = %(result)s
        order by lap_number
        """,
        event_id=event_id,
        result=_result(connection, race_id),
    )


def _result(connection: Connection, race_id: UUID) -> UUID:
    result = connection.execute(_RESULT, [race_id]).fetchone()
    if result is None:
        raise session_not_found()
    result_id: UUID = result[0]
    return result_id


def session_not_found() -> Refusal:
    """Return the problem of an id that no session of a list has."""
    return Refusal("SESSION_NOT_FOUND", "No session has this id, or it has left the list of its day.")
