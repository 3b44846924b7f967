"""Which invented person drove which session, as far as anybody can tell from the pages."""

from collections.abc import Iterable

from scraper.sample_site.driver_names import is_name
from scraper.sample_site.practice import Day, Session

Known = dict[int, str | None]
"""The person by session id; ``None`` where the pages give nobody away."""


def known_people(days: Iterable[Day]) -> Known:
    """Who drove, where it can be known.

    A name says who it is; at another track only together with a transponder, since two people may have one name. A
    transponder says who drives without a name if all that it names is one person.
    """
    driven = [(day, session) for day in days for session in day.sessions]
    travellers = {session.person for _, session in driven if session.transponder}
    named = {
        session.session_id: session.person if session.person in travellers else f"{session.person} at {day.track.slug}"
        for day, session in driven
        if is_name(session.driver)
    }
    people_of: dict[str, set[str]] = {}
    for _, session in driven:
        if session.transponder and session.session_id in named:
            people_of.setdefault(session.transponder, set()).add(named[session.session_id])
    return {session.session_id: _person(session, named, people_of) for _, session in driven}


def _person(session: Session, named: dict[int, str], people_of: dict[str, set[str]]) -> str | None:
    if session.session_id in named:
        return named[session.session_id]
    people = people_of.get(session.transponder, set())
    return next(iter(people)) if len(people) == 1 else None
