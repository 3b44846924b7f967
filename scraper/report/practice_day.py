"""A practice day from `analytics` and `racing`: every row that the report shows, read in one snapshot.

Times are seconds as exact decimals, clock times the track's wall clock. A figure that the pages
do not print is None.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row

from scraper.report import queries
from scraper.report.wording import in_words

FEWEST_LAPS_FOR_CONSISTENCY = 5
"""Sessions with fewer valid laps are not compared by consistency: two laps are consistent by chance."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Head:
    """The day, and how much of it is captured.

    `may_have_gone_on` means that the day was not over everywhere when its pages changed last.
    """

    event_id: UUID
    track_slug: str
    track_name: str
    time_zone: str | None
    practice_date: date
    url: str
    last_ingested_at: datetime
    may_have_gone_on: bool = False


@dataclass(frozen=True)
class Reconciliation:
    """The site's totals next to ours. `not_understood` are figures that the pages print and we cannot read.

    `not_printed` are names of figures, `explained_differences` begin with one.
    """

    verdict: str
    differences: list[str]
    explained_differences: list[str]
    not_printed: list[str]
    not_understood: list[str]
    missing_sessions: int
    site_sessions: int | None
    our_sessions: int
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

    @property
    def what_is_equal(self) -> str:
        """What a complete day is called: equal in no more than what was compared, with the rest by name."""
        printed = sum(figure is not None for name, figure in vars(self).items() if name.startswith("site_"))
        explained = len({difference.split()[0] for difference in self.explained_differences})
        if not printed:
            return "The stored pages print no totals to compare with."
        equal = "The printed figures are equal"
        if explained:
            equal = "The other printed figures are equal" if printed > explained else "No figure is equal"
        absent = f"; the stored pages do not print {in_words(self.not_printed)}" if self.not_printed else ""
        return f"{equal}{absent}."


@dataclass(frozen=True)
class Lap:
    """A lap. `flag` and `explanation` are set where it is far from the racer's median lap.

    `left_out` is the reason why best laps and pace leave it out.
    """

    number: int
    seconds: Decimal | None
    is_valid: bool
    flag: str | None = None
    explanation: str | None = None
    left_out: str | None = None

    @property
    def counts(self) -> bool:
        """Whether the lap may win something."""
        return self.is_valid and self.seconds is not None and self.left_out is None


@dataclass(frozen=True)
class Session:
    """A session with its racer and laps; `number` counts the racer's sessions of the day.

    `laps` is empty where the session page is not captured, and None for the counts that the list does not print.
    `person_id` is None for a racer who is no known person.
    """

    race_id: UUID
    race_result_id: UUID
    session_id: str
    url: str
    racer_id: UUID
    person_id: UUID | None
    racer_name: str
    name_on_session: str
    transponder_number: str | None
    class_name: str
    start_time: datetime | None
    time_on_track_seconds: Decimal | None
    detail_status: str
    lap_count: int | None
    valid_lap_count: int | None
    best_lap: Decimal | None
    best_lap_number: int | None
    average_lap: Decimal | None
    best_3_consecutive: Decimal | None
    std_deviation: Decimal | None
    consistency: Decimal | None
    number: int
    gain_on_previous_best: Decimal | None
    laps: list[Lap]

    @property
    def comparable_consistency(self) -> Decimal | None:
        """Consistency in per cent, None for a session with too few laps."""
        return self.consistency if (self.valid_lap_count or 0) >= FEWEST_LAPS_FOR_CONSISTENCY else None


@dataclass(frozen=True)
class Place:
    """A racer's place in a class."""

    class_name: str
    position: int
    racer_id: UUID
    best_lap: Decimal
    best_lap_at: datetime | None
    gap_to_first: Decimal
    gap_to_racer_ahead: Decimal | None
    sessions: int
    laps: int | None


@dataclass(frozen=True)
class DriverDay:
    """A racer's day in a class."""

    class_name: str
    racer_id: UUID
    sessions: int
    laps: int | None
    time_on_track_seconds: Decimal | None
    first_best_lap: Decimal | None
    best_lap: Decimal | None
    improvement: Decimal | None
    improvement_percent: Decimal | None
    is_most_improved: bool


@dataclass(frozen=True)
class Record:
    """The fastest lap of a class that is stored for the track, over all days."""

    class_name: str
    best_lap: Decimal
    practice_date: date
    name_on_session: str


@dataclass(frozen=True)
class PracticeDay:
    """All rows of the report. Sessions are in order of start, places and driver days by class and best lap."""

    head: Head
    reconciliation: Reconciliation | None
    sessions: list[Session]
    places: list[Place]
    driver_days: list[DriverDay]
    records: list[Record]


def find_day(connection: psycopg.Connection[Any], track: str, day: date) -> Head | None:
    """Return the day, None if it is not stored."""
    with connection.cursor(row_factory=class_row(Head)) as cursor:
        return cursor.execute(queries.DAY, {"track": track, "day": day}).fetchone()


def read_records(connection: psycopg.Connection[Any], track_slug: str) -> list[Record]:
    """Return the fastest lap of each class that is stored for a track."""
    return _rows(connection, Record, queries.RECORDS, {"track": track_slug})


def read_day(connection: psycopg.Connection[Any], head: Head, records: list[Record]) -> PracticeDay:
    """Read the rows of a stored day. The caller's transaction must see one snapshot of the database."""
    of_day = {"event_id": head.event_id}
    reconciliations = _rows(connection, Reconciliation, queries.RECONCILIATION, of_day)
    return PracticeDay(
        head=head,
        reconciliation=reconciliations[0] if reconciliations else None,
        sessions=_sessions(connection, head),
        places=_rows(connection, Place, queries.LEADERBOARD, of_day),
        driver_days=_rows(connection, DriverDay, queries.DRIVER_DAYS, of_day),
        records=records,
    )


def _sessions(connection: psycopg.Connection[Any], head: Head) -> list[Session]:
    of_day = {"event_id": head.event_id}
    with connection.cursor(row_factory=dict_row) as cursor:
        sessions = cursor.execute(queries.SESSIONS, of_day).fetchall()
    flags = {(result, number): rest for result, number, *rest in connection.execute(queries.FLAGS, of_day)}
    left_out = {(result, number): why for result, number, why in connection.execute(queries.LEFT_OUT, of_day)}
    laps: dict[UUID, list[Lap]] = defaultdict(list)
    results = {"race_result_ids": [session["race_result_id"] for session in sessions]}
    for result, number, seconds, is_valid in connection.execute(queries.LAPS, results).fetchall():
        flag, explanation = flags.get((result, number), (None, None))
        laps[result].append(Lap(number, seconds, is_valid, flag, explanation, left_out.get((result, number))))
    return [Session(**session, laps=laps[session["race_result_id"]]) for session in sessions]


def _rows(
    connection: psycopg.Connection[Any], kind: type[Row], query: str, parameters: Mapping[str, object]
) -> list[Row]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, parameters).fetchall()
