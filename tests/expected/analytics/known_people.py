"""Which invented person drove which session, as far as anybody can tell from the pages."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from scraper.sample_site.driver_names import display_name, is_name, normalized_name
from scraper.sample_site.practice import Day, Session
from tests.expected.natural_keys import person_id


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by the season's own word, the name on the latest session that has one, and the id of the first seen."""

    word: str
    name: str
    id: UUID


def known_people(days: Iterable[Day]) -> dict[int, Person | None]:
    """Who drove, by session id; ``None`` where the pages give nobody away.

    A name says who it is; at another track only together with a transponder, since two people may have one name. A
    transponder says who drives without a name if all that it names is one person. A number that stands for no
    transponder says nothing.
    """
    driven = sorted(
        ((day, session) for day in days for session in day.sessions),
        key=lambda each: (each[1].started_at, each[1].session_id),
    )
    named = _named_people(driven)
    carried: dict[str, set[Person]] = defaultdict(set)
    for _, session in driven:
        if is_real_transponder(session.transponder) and session.session_id in named:
            carried[session.transponder].add(named[session.session_id])
    return {
        session.session_id: named.get(session.session_id) or _only(carried[session.transponder])
        for _, session in driven
    }


def _named_people(driven: list[tuple[Day, Session]]) -> dict[int, Person]:
    travellers = {session.person for _, session in driven if is_real_transponder(session.transponder)}
    by_word: dict[str, list[tuple[Day, Session]]] = defaultdict(list)
    for day, session in driven:
        if is_name(session.driver):
            home = "" if session.person in travellers else f" at {day.track.slug}"
            by_word[f"{session.person}{home}"].append((day, session))
    return {
        session.session_id: person
        for word, sessions in by_word.items()
        for person in [_person(word, sessions)]
        for _, session in sessions
    }


def is_real_transponder(transponder: str) -> bool:
    """Whether this number is one and no filling of the field: ``9999999``, ``1234567``, or blank."""
    return len(set(transponder)) > 1 and not "1234567890".startswith(transponder)


def _person(word: str, named_in_time: list[tuple[Day, Session]]) -> Person:
    (day, first), (_, latest) = named_in_time[0], named_in_time[-1]
    return Person(word, display_name(latest.driver), person_id(day.track, normalized_name(first.driver) or ""))


def _only(people: set[Person]) -> Person | None:
    return next(iter(people)) if len(people) == 1 else None
