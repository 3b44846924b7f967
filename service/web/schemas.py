"""What the API answers about stored days. `make columns` describes the columns that are not described here."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.web.rows import Column, Instant, Number, Row, Seconds, WallClock


class Strict(BaseModel):
    """An answer of several parts."""

    model_config = ConfigDict(extra="forbid")


class TrackName(Row):
    """A track that can be asked for, by `racing.tracks`."""

    track_slug: Annotated[str, Column("source_track_slug")]
    track_name: str | None


class Track(Row):
    """A track, and how much is stored of it."""

    track_id: UUID
    track_slug: str
    track_name: str
    track_url: str
    time_zone: str | None
    practice_days: int
    incomplete_days: int = Field(description="Practice days whose verdict is not `complete`.")
    first_practice_date: date
    last_practice_date: date
    sessions: int
    laps: int
    last_ingested_at: Instant


class Tracks(Strict):
    """A part of the tracks."""

    tracks: list[Track]
    next: str | None = Field(description="`after` of the following part.")


class Record(Row):
    """The fastest lap of a class, and the one that it beat."""

    class_name: str
    best_lap: Seconds
    practice_date: date
    start_time: WallClock | None
    race_id: UUID
    person_id: UUID | None
    name_on_session: str
    previous_best_lap: Seconds | None
    gain_on_previous_best: Seconds | None
    previous_practice_date: date | None
    previous_race_id: UUID | None
    previous_person_id: UUID | None
    previous_name_on_session: str | None


class Activity(Row):
    """How much was practised in a month."""

    month: date = Field(description="The first day of the month.")
    days: int
    sessions: int
    laps: int | None
    time_on_track_seconds: Seconds | None
    people: int
    unidentified_sessions: int


class TrackDetail(Track):
    """A track with its records of all time and its months, the newest first."""

    records: list[Record]
    activity: list[Activity]


class DaySummary(Row):
    """A practice day."""

    event_id: UUID
    track_id: UUID
    track_slug: str
    track_name: str
    event_date: Annotated[date, Column("practice_date")]
    event_name: str
    event_url: str
    ingest_depth: str
    verdict: str | None
    sessions: int | None
    missing_sessions: int | None
    laps: int | None
    drivers: int | None
    classes: int | None
    last_ingested_at: Instant


class MonthPage(Row):
    """When the month page of a track was read, and what it can tell."""

    month: date
    is_whole: bool
    is_of_whole_month: bool
    read_at: Instant


class CalendarDay(Row):
    """A day that the month page shows, or that is stored."""

    practice_date: date
    site_sessions: int | None
    event_id: UUID | None
    ingest_depth: str | None
    verdict: str | None
    sessions: int | None
    laps: int | None


class Days(Strict):
    """A part of the practice days that were searched for, the newest first."""

    practice_days: list[DaySummary]
    next: UUID | None = Field(description="`after` of the following part.")


class Reconciliation(Row):
    """The site's totals next to ours."""

    verdict: str
    differences: list[str]
    not_understood: list[str]
    missing_sessions: int
    site_sessions: int | None
    our_sessions: Annotated[int | None, Column("sessions")]
    site_laps: int | None
    our_laps: int | None
    site_track_time_seconds: int | None
    our_track_time_seconds: Seconds | None
    site_drivers: int | None
    our_drivers: int | None
    site_classes: int | None
    our_classes: int | None
    site_first_start: time | None
    our_first_start: time | None
    site_last_start: time | None
    our_last_start: time | None
    site_best_lap: Seconds | None
    our_best_lap: Seconds | None


class Place(Row):
    """The place of a racer in a class."""

    class_name: str
    position: int
    racer_id: UUID
    person_id: UUID | None
    racer_name: str
    best_lap: Seconds
    best_lap_at: WallClock | None
    best_lap_number: int | None
    race_id: UUID
    gap_to_first: Seconds
    gap_to_racer_ahead: Seconds | None
    sessions: int
    laps: int | None


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


class RacerDay(Row):
    """The day of a racer in a class."""

    racer_id: UUID
    class_name: str
    sessions: int
    laps: int | None
    best_lap: Seconds | None
    best_consistency: Number | None
    improvement: Seconds | None


class DayDetail(DaySummary):
    """A practice day with totals and verdict, leaderboards by class and place, and sessions by start."""

    totals: Reconciliation | None
    leaderboards: list[Place]
    session_list: list[Session]


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


class SessionDetail(Session):
    """A session with its laps."""

    lap_list: list[Lap]
    flags: list[LapFlag]


class Person(Row):
    """A person with all names and transponders."""

    person_id: UUID
    person_name: str
    normalized_names: list[str]
    transponders: list[str]
    tracks: list[str]
    first_started_at: WallClock | None
    last_started_at: WallClock | None
    sessions: int


class People(Strict):
    """A part of the people, those with most sessions first."""

    people: list[Person]
    next: UUID | None = Field(description="`after` of the following part.")


class PersonDay(Row):
    """The day of a person in a class."""

    event_id: UUID
    track_slug: str
    track_name: str
    practice_date: date
    class_name: str
    sessions: int
    laps: int | None
    valid_laps: int | None
    time_on_track_seconds: Seconds | None
    first_best_lap: Seconds | None
    best_lap: Seconds | None
    race_id: UUID | None
    last_best_lap: Seconds | None
    best_consistency: Number | None
    improvement: Seconds | None
    improvement_percent: Number | None


class PersonalBest(Row):
    """The best lap of a person on a day in a class at a track, which is faster than those of all earlier days."""

    person_id: UUID
    track_slug: str
    class_name: str
    practice_date: date
    event_id: UUID
    race_id: UUID
    start_time: WallClock | None
    name_on_session: str
    best_lap: Seconds
    previous_best_lap: Seconds
    gain_on_previous_best: Seconds
    previous_practice_date: date
    previous_race_id: UUID


class Identity(Row):
    """A driver under one name at one track that is this person, with the rule that decided and its evidence."""

    track_slug: str
    driver_id: UUID
    transponder_number: str | None
    display_name: str
    spellings: list[str]
    first_started_at: WallClock | None
    last_started_at: WallClock | None
    sessions: int
    rule: str
    evidence: str


class PersonDetail(Person):
    """A person with days, the newest first, and the evidence for each identity."""

    days: list[PersonDay]
    identities: list[Identity]
