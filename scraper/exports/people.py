"""Find the person whose rows are wanted, by name or by id."""

from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from scraper.errors import UsageError
from scraper.names import normalized_name

_MOST_NAMED = 8

_BY_ID = "select distinct racer_id from analytics.sessions where racer_id = %s"
_BY_NAME = """
select person_id, person_name, transponders, tracks, sessions
from analytics.people
where
    {condition} and (cardinality(%(tracks)s::text[]) = 0 or exists (
        select from unnest(tracks) as track (slug) where lower(track.slug) = any(%(tracks)s)
    ))
order by sessions desc, person_id
"""
_SAME_NAME = "array[%(name)s::text] <@ normalized_names"
_IS_LABEL = "select from analytics.driver_people where normalized_name = %(name)s and rule = 'shared_label' limit 1"
_SIMILAR_NAME = """
exists (
    select from unnest(normalized_names) as known (name)
    where string_to_array(known.name, ' ') @> string_to_array(%(name)s::text, ' ')
)
"""


def find_racer(connection: psycopg.Connection[Any], person: str, tracks: tuple[str, ...]) -> UUID:
    """Return the `racer_id` of PERSON: an id as `analytics` has it, or a name of one person at these tracks, or at any.

    Raises UsageError for an unknown id or name, for a shared label, and for a name of several people; the message lists
    people with ids.
    """
    try:
        wanted = UUID(person)
    except ValueError:
        return _by_name(connection, person, tracks)
    if connection.execute(_BY_ID, [wanted]).fetchone() is None:
        raise UsageError(f"PERSON={person} is no racer_id of analytics.sessions: give a name or another id")
    return wanted


def _by_name(connection: psycopg.Connection[Any], person: str, tracks: tuple[str, ...]) -> UUID:
    parameters = {"name": normalized_name(person), "tracks": [slug.lower() for slug in tracks]}

    def people(condition: LiteralString) -> list[tuple[Any, ...]]:
        query = sql.SQL(_BY_NAME).format(condition=sql.SQL(condition))
        return connection.execute(query, parameters).fetchall()

    found = people(_SAME_NAME)
    if len(found) == 1:
        racer: UUID = found[0][0]
        return racer
    where = f" at {', '.join(tracks)}" if tracks else ""
    if found:
        raise UsageError(f"PERSON={person} is the name of {len(found)} people{where}: give the id of one{_list(found)}")
    if connection.execute(_IS_LABEL, parameters).fetchone() is not None:
        raise UsageError(f"PERSON={person} is a shared label and nobody's name: give the name of a person, or an id")
    similar = people(_SIMILAR_NAME)
    raise UsageError(
        f"nobody is named {person}{where}: "
        + (f"give another name, or an id{_list(similar)}" if similar else "write first and last name, in any order")
    )


def _list(people: list[tuple[Any, ...]]) -> str:
    lines = [
        f"  PERSON={person_id}  {name}, transponder {' '.join(transponders) or 'none'}, {' '.join(tracks)}, "
        f"{sessions} sessions"
        for person_id, name, transponders, tracks, sessions in people[:_MOST_NAMED]
    ]
    more = len(people) - len(lines)
    return "\n".join([":", *lines, *([f"  and {more} more"] if more > 0 else [])])
