"""People: search by name or transponder, and one person with days and evidence."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from scraper.names import normalized_name
from service.web.pools import Connection
from service.web.problems import Refusal
from service.web.rows import select
from service.web.schemas import Identity, Person, PersonDay

FEWEST_LETTERS = 2
"""Shorter texts are in too many names."""


def find_people(connection: Connection, wanted: str, after: UUID | None, limit: int) -> Sequence[dict[str, Any]]:
    """Return people by words or beginnings of words of a name, or by transponder; those with most sessions first."""
    words = (normalized_name(wanted) or "").split()
    # `people` is grouped. PostgreSQL takes an array of ids into the view, but neither a join nor a condition on groups.
    return select(
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
                    or (
                        cardinality(%(words)s::text[]) > 0
                        and ' ' || found.normalized_name like all(%(words)s::text[])
                    )
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
        words=[f"% {word}%" for word in words],
        after=after,
        limit=limit,
    )


def find_person(connection: Connection, person_id: UUID) -> dict[str, Any]:
    """Return a person. Raises PERSON_NOT_FOUND."""
    found = select(connection, Person, "from analytics.people where person_id = %(person)s", person=person_id)
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
