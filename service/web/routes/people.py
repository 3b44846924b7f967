"""People: search by name or transponder, and one person with days and evidence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from scraper.names import normalized_name
from service.web.answers import OK, TheAnswering
from service.web.pools import ThePools
from service.web.problems import Refusal, responses
from service.web.routes.tracks import Limit
from service.web.rows import select
from service.web.schemas import Identity, People, Person, PersonDay, PersonDetail

router = APIRouter(prefix="/people", tags=["people"])

Wanted = Annotated[
    str,
    Query(
        min_length=2,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Words or beginnings of words of the name, in any order and spelling, or a transponder's number.",
    ),
]


@router.get("", response_model=People, responses=OK | responses())
def find_people(
    q: Wanted,
    pools: ThePools,
    answering: TheAnswering,
    after: Annotated[UUID | None, Query(description="`next` of the part before.")] = None,
    limit: Limit = 50,
) -> Response:
    """Find people by name or transponder; those with most sessions come first."""
    words = (normalized_name(q) or "").split()
    with pools.readers.connection() as connection:
        rows = select(
            connection,
            Person,
            """
            from analytics.people
            where
                (
                    %(transponder)s = any(transponders)
                    or (cardinality(%(words)s::text[]) > 0 and exists (
                        select from unnest(normalized_names) as known (name)
                        where ' ' || known.name like all(%(words)s::text[])
                    ))
                )
                and (%(after)s::uuid is null or (sessions, person_id) < (
                    select earlier.sessions, earlier.person_id
                    from analytics.people as earlier
                    where earlier.person_id = %(after)s
                ))
            order by sessions desc, person_id desc
            limit %(limit)s
            """,
            transponder=q.strip(),
            words=[f"% {word}%" for word in words],
            after=after,
            limit=limit + 1,
        )
    return answering.page("people", rows, Person.names(), "person_id", limit)


@router.get("/{person_id:uuid}", response_model=PersonDetail, responses=OK | responses("PERSON_NOT_FOUND"))
def get_person(person_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a person with days by class, and names and transponders with the evidence for each; as CSV the days."""
    with pools.readers.connection() as connection, connection.transaction():
        people = select(connection, Person, "from analytics.people where person_id = %(person)s", person=person_id)
        if not people:
            raise Refusal("PERSON_NOT_FOUND", "No person has this id. /api/v1/people?q= finds people by name.")
        # By the days of the person, so that the model reads those days.
        days = select(
            connection,
            PersonDay,
            """
            from analytics.driver_days
            where
                person_id = %(person)s
                and event_id = any(array(
                    select sessions.event_id from analytics.sessions as sessions
                    where sessions.person_id = %(person)s
                ))
            order by practice_date desc, track_slug, class_name
            """,
            person=person_id,
        )
        identities = select(
            connection,
            Identity,
            """
            from analytics.driver_people where person_id = %(person)s
            order by track_slug, first_started_at, driver_id, normalized_name
            """,
            person=person_id,
        )
    return answering.answer({**people[0], "days": days, "identities": identities}, days, PersonDay.names())
