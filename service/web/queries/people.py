"""People: search by name or transponder, and one person with days and evidence."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from scraper.names import normalized_name
from service.web.pools import Connection
from service.web.problems import Refusal, unknown_after
from service.web.rows import Number, Row, Seconds, WallClock, select


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


FEWEST_LETTERS = 2
"""Shorter texts are in too many names."""


def find_people(connection: Connection, wanted: str, after: UUID | None, limit: int) -> Sequence[dict[str, Any]]:
    """Return people by words or beginnings of words of a name, or by transponder; those with most sessions first.

    Raises VALIDATION_ERROR if no person has the id `after`.
    """
    # `people` is grouped. PostgreSQL takes an array of ids into the view, but neither a join nor a condition on groups.
    rows = select(
        connection,
        Person,
        """
        from analytics.people
        where
            person_id = any(array(
                select found.person_id
                from analytics.driver_people as found
                where
                    found.transponder_number = %(transponder)s
                    or array_to_tsvector(array_remove(string_to_array(found.normalized_name, ' '), ''))
                    @@ %(beginnings)s::tsquery
            ))
            and (%(after)s::uuid is null or (sessions, person_id) < (
                select earlier.sessions, earlier.person_id
                from analytics.people as earlier
                where earlier.person_id = %(after)s
            ))
        order by sessions desc, person_id desc
        limit %(limit)s
        """,
        transponder=wanted.strip(),
        beginnings=beginnings(wanted),
        after=after,
        limit=limit,
    )
    if after and not rows and not _with_id(connection, after):
        raise unknown_after()
    return rows


def beginnings(wanted: str) -> str | None:
    """Return the condition that each word is the beginning of a word of a name, as a tsquery; None without a word."""
    words = (normalized_name(wanted) or "").split(" ")  # without quotes and other punctuation
    return " & ".join(f"'{word}':*" for word in words if word) or None


def find_person(connection: Connection, person_id: UUID) -> dict[str, Any]:
    """Return a person. Raises PERSON_NOT_FOUND."""
    found = _with_id(connection, person_id)
    if not found:
        raise Refusal("PERSON_NOT_FOUND", "No person has this id. /api/v1/people?q= finds people by name.")
    return found[0]


def days_of_person(connection: Connection, person_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the days of a person by class, the newest first."""
    return select(
        connection,
        PersonDay,
        """
        from analytics.person_days where person_id = %(person)s
        order by practice_date desc, track_slug, class_name
        """,
        person=person_id,
    )


def identities(connection: Connection, person_id: UUID) -> Sequence[dict[str, Any]]:
    """Return the drivers that are this person, with the evidence for each."""
    return select(
        connection,
        Identity,
        """
        from analytics.driver_people where person_id = %(person)s
        order by track_slug, first_started_at, driver_id, normalized_name
        """,
        person=person_id,
    )


def _with_id(connection: Connection, person_id: UUID) -> Sequence[dict[str, Any]]:
    return select(connection, Person, "from analytics.people where person_id = %(person)s", person=person_id)
