"""A practice day as `analytics` and `racing` have it: all rows that the report shows, read in one snapshot.

Times are seconds as exact decimals, clock times the track's wall clock. None is what the pages do not say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from scraper.report import queries

Row = TypeVar("Row")


@dataclass(frozen=True)
class Head:
    """Which day, and how much of it is captured."""

    event_id: UUID
    track_slug: str
    track_name: str
    time_zone: str | None
    practice_date: date
    url: str
    ingest_depth: str
    last_ingested_at: datetime


@dataclass(frozen=True)
class Reconciliation:
    """The site's own totals beside ours."""

    verdict: str
    differences: list[str]
    sessions: int
    site_laps: int | None
    our_laps: int
    site_track_time_seconds: int | None
    our_track_time_seconds: Decimal | None
    site_drivers: int | None
    our_drivers: int
    site_classes: int | None
    our_classes: int
    site_first_start: time | None
    our_first_start: time | None
    site_last_start: time | None
    our_last_start: time | None
    site_best_lap: Decimal | None
    our_best_lap: Decimal | None


@dataclass(frozen=True)
class Session:
    """One run, and whose it is."""

    race_result_id: UUID
    session_id: str
    url: str
    racer_id: UUID
    racer_name: str
    name_on_session: str
    transponder_number: str | None
    class_name: str
    start_time: datetime | None
    time_on_track_seconds: Decimal | None
    detail_status: str
    laps: int | None
    valid_laps: int | None
    best_lap: Decimal | None
    best_lap_number: int | None
    average_lap: Decimal | None
    best_3_consecutive: Decimal | None
    std_deviation: Decimal | None
    consistency: Decimal | None
    session_of_day: int
    gain_on_previous_best: Decimal | None


@dataclass(frozen=True)
class LapRow:
    """A lap of a session."""

    race_result_id: UUID
    lap_number: int
    lap_time_seconds: Decimal | None
    is_valid: bool


@dataclass(frozen=True)
class FlagRow:
    """Why a lap stands out."""

    race_result_id: UUID
    lap_number: int
    flag: str
    rule: str


@dataclass(frozen=True)
class Place:
    """A racer's place in a class."""

    class_name: str
    position: int
    racer_id: UUID
    best_lap: Decimal
    best_lap_at: datetime | None
    session_id: str
    best_lap_number: int | None
    gap_to_first: Decimal
    gap_to_next: Decimal | None
    sessions: int
    laps: int | None


@dataclass(frozen=True)
class DriverDay:
    """How a racer's day went in a class."""

    class_name: str
    racer_id: UUID
    sessions: int
    laps: int | None
    time_on_track_seconds: Decimal | None
    first_best_lap: Decimal | None
    best_lap: Decimal | None
    last_best_lap: Decimal | None
    improvement: Decimal | None
    improvement_percent: Decimal | None
    is_most_improved: bool


@dataclass(frozen=True)
class Record:
    """The fastest lap of a class that is stored for the track, of any day."""

    class_name: str
    best_lap: Decimal
    practice_date: date
    name_on_session: str


@dataclass(frozen=True)
class PracticeDay:
    """Everything that the report shows; sessions in order of start, places and driver days by class and best lap."""

    head: Head
    reconciliation: Reconciliation | None
    sessions: list[Session]
    laps: list[LapRow]
    flags: list[FlagRow]
    places: list[Place]
    driver_days: list[DriverDay]
    records: list[Record]


def find_day(connection: psycopg.Connection[Any], track: str, day: date) -> Head | None:
    """The day, if it is stored."""
    with connection.cursor(row_factory=class_row(Head)) as cursor:
        return cursor.execute(queries.DAY, {"track": track, "day": day}).fetchone()


def read_day(connection: psycopg.Connection[Any], head: Head) -> PracticeDay:
    """The rows of a day that was found; on a connection whose transaction sees one state of the database."""
    of_day = {"event_id": head.event_id}
    sessions = _rows(connection, Session, queries.SESSIONS, of_day)
    reconciled = _rows(connection, Reconciliation, queries.RECONCILIATION, of_day)
    return PracticeDay(
        head=head,
        reconciliation=reconciled[0] if reconciled else None,
        sessions=sessions,
        laps=_rows(
            connection, LapRow, queries.LAPS, {"race_result_ids": [session.race_result_id for session in sessions]}
        ),
        flags=_rows(connection, FlagRow, queries.FLAGS, of_day),
        places=_rows(connection, Place, queries.LEADERBOARD, of_day),
        driver_days=_rows(connection, DriverDay, queries.DRIVER_DAYS, of_day),
        records=_rows(connection, Record, queries.RECORDS, {"track": head.track_slug}),
    )


def _rows(
    connection: psycopg.Connection[Any], kind: type[Row], query: str, parameters: Mapping[str, object]
) -> list[Row]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
