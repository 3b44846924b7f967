"""The person who drove each session, as far as the pages identify one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from scraper.sample_site.driver_names import display_name, is_name, normalized_name
from scraper.sample_site.practice import Day, Session
from tests.expected.natural_keys import person_id, transponder


@dataclass(frozen=True, slots=True)
class Person:
    """A person: the season's key, the name of the latest named session, and the id from the first named session."""

    key: str
    name: str
    id: UUID


def known_people(days: Iterable[Day]) -> dict[int, Person | None]:
    """Who drove, by session id; ``None`` where the pages identify no person.

    A name identifies a person at a track; two tracks also need a common transponder, since two people may have one
    name. A session without a name belongs to the person named on the transponder's other sessions, if there is exactly
    one.
    """
    by_time = sorted(
        ((day, session) for day in days for session in day.sessions),
        key=lambda each: (each[1].started_at, each[1].session_id),
    )
    named = _named_people(by_time)
    named_by: dict[str, set[Person]] = defaultdict(set)
    for _, session in by_time:
        if (number := transponder(session)) and session.session_id in named:
            named_by[number].add(named[session.session_id])
    return {
        session.session_id: named.get(session.session_id) or _only(named_by[transponder(session) or ""])
        for _, session in by_time
    }


def _named_people(by_time: list[tuple[Day, Session]]) -> dict[int, Person]:
    travellers = {session.person for _, session in by_time if transponder(session)}
    by_key: dict[str, list[tuple[Day, Session]]] = defaultdict(list)
    for day, session in by_time:
        if is_name(session.driver):
            home = "" if session.person in travellers else f" at {day.track.slug}"
            by_key[f"{session.person}{home}"].append((day, session))
    return {
        session.session_id: person
        for key, sessions in by_key.items()
        for person in [_person(key, sessions)]
        for _, session in sessions
    }


def _person(key: str, named_by_time: list[tuple[Day, Session]]) -> Person:
    (day, first), (_, latest) = named_by_time[0], named_by_time[-1]
    return Person(key, display_name(latest.driver), person_id(day.track, normalized_name(first.driver) or ""))


def _only(people: set[Person]) -> Person | None:
    return next(iter(people)) if len(people) == 1 else None
