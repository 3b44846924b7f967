"""People: search by name or transponder, and one person with days and evidence."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.web.answers import OK, Limit, TheAnswering
from service.web.documents import Identities, People, PersonDetail
from service.web.pools import ThePools
from service.web.problems import responses
from service.web.queries import people
from service.web.queries.people import Identity, Person, PersonDay

router = APIRouter(prefix="/people", tags=["people"])

Wanted = Annotated[
    str,
    Query(
        min_length=people.FEWEST_LETTERS,
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
    with pools.readers.connection() as connection:
        rows = people.find_people(connection, q, after, limit + 1)
    return answering.page("people", rows, Person.names(), "person_id", limit)


@router.get("/{person_id:uuid}", response_model=PersonDetail, responses=OK | responses("PERSON_NOT_FOUND"))
def get_person(person_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """Return a person with days by class, and names and transponders with the evidence for each; as CSV the days."""
    with pools.readers.connection() as connection, connection.transaction():
        person = people.find_person(connection, person_id)
        days = people.days_of_person(connection, person_id)
        identities = people.identities(connection, person_id)
    return answering.answer({**person, "days": days, "identities": identities}, days, PersonDay.names())


@router.get("/{person_id:uuid}/identities", response_model=Identities, responses=OK | responses("PERSON_NOT_FOUND"))
def get_identities(person_id: UUID, pools: ThePools, answering: TheAnswering) -> Response:
    """List the names and transponders that are a person, with the evidence for each."""
    with pools.readers.connection() as connection, connection.transaction():
        people.find_person(connection, person_id)
        identities = people.identities(connection, person_id)
    return answering.answer({"identities": identities}, identities, Identity.names())
