"""The documents of the API about stored days: rows, and lists of rows."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.web.queries.days import DaySummary, Place, Reconciliation
from service.web.queries.people import Identity, Person, PersonDay
from service.web.queries.sessions import Lap, LapFlag, Session
from service.web.queries.tracks import Activity, Record, Track


class Document(BaseModel):
    """An answer of several parts."""

    model_config = ConfigDict(extra="forbid")


class Tracks(Document):
    """A part of the tracks."""

    tracks: list[Track]
    next: str | None = Field(description="`after` of the following part.")


class TrackDetail(Track):
    """A track with its records of all time and its months, the newest first."""

    records: list[Record]
    activity: list[Activity]


class Activities(Document):
    """The months of a track with practice, the newest first."""

    activity: list[Activity]


class Days(Document):
    """A part of the practice days that were searched for, the newest first."""

    practice_days: list[DaySummary]
    next: UUID | None = Field(description="`after` of the following part.")


class DayDetail(DaySummary):
    """A practice day with totals and verdict, leaderboards by class and place, and sessions by start."""

    totals: Reconciliation | None
    leaderboards: list[Place]
    session_list: list[Session]


class Leaderboards(Document):
    """The places of the racers of a day, by class and place."""

    leaderboards: list[Place]


class SessionDetail(Session):
    """A session with its laps."""

    lap_list: list[Lap]
    flags: list[LapFlag]


class Flags(Document):
    """The laps of a session that differ much from the racer's median lap."""

    flags: list[LapFlag]


class People(Document):
    """A part of the people, those with most sessions first."""

    people: list[Person]
    next: UUID | None = Field(description="`after` of the following part.")


class PersonDetail(Person):
    """A person with days, the newest first, and the evidence for each identity."""

    days: list[PersonDay]
    identities: list[Identity]


class Identities(Document):
    """The drivers that are a person, with the evidence for each."""

    identities: list[Identity]
