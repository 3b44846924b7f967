"""Drivers and their people: ``analytics.driver_people`` with rule and evidence, ``people``, ``person_candidates``."""

from collections import defaultdict
from decimal import Decimal
from itertools import combinations
from uuid import UUID

from scraper.sample_site.driver_names import display_name
from scraper.sample_site.statistics import rounded
from tests.expected.analytics.session_facts import SessionFacts, grouped
from tests.expected.natural_keys import Row, driver_id, driver_people_id, track_id, transponder

SMALLEST_SIMILARITY = Decimal("0.5")


def driver_people_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.driver_people``: the person of each driver's sessions under one name at a track, with the rule."""
    identified = [each for each in facts if each.name or transponder(each.session)]
    return [_link(sessions, identified) for sessions in grouped(identified, "track", "driver", "name").values()]


def _link(sessions: list[SessionFacts], identified: list[SessionFacts]) -> Row:
    first, last = sessions[0], sessions[-1]
    rule, evidence = _named_by(sessions, identified) if first.name else _unnamed_by(sessions, identified)
    return {
        "id": driver_people_id(first.day.track, first.name, first.session),
        "track_id": track_id(first.day.track),
        "track_slug": first.track,
        "driver_id": driver_id(first.session),
        "transponder_number": transponder(first.session),
        "normalized_name": first.name,
        "display_name": display_name(last.session.driver),
        "spellings": sorted({display_name(each.session.driver) for each in sessions}),
        "first_session_id": first.session_id,
        "first_started_at": first.session.started_at,
        "last_started_at": last.session.started_at,
        "sessions": len(sessions),
        "person_id": first.of_racer["person_id"],
        "rule": rule,
        "evidence": evidence,
    }


def _named_by(sessions: list[SessionFacts], identified: list[SessionFacts]) -> tuple[str, str]:
    first = sessions[0]
    counted = f"{len(sessions)} sessions, the first of them" if len(sessions) > 1 else "session"
    named = f"named so in {counted} {first.session_id}"
    of_name = [each for each in identified if each.name == first.name]
    here = {transponder(each.session) for each in of_name if each.track == first.track}
    elsewhere = {transponder(each.session) for each in of_name if each.track != first.track}
    if shared := sorted(filter(None, here & elsewhere)):
        return "same_transponder", f"this name on transponder {shared[0]} at another track; {named}"
    return "same_name", named


def _unnamed_by(sessions: list[SessionFacts], identified: list[SessionFacts]) -> tuple[str, str]:
    first = sessions[0]
    named = [each for each in identified if each.driver == first.driver and each.name]
    if not named:
        return "never_named", "no session of the transponder has a name"
    if (people := len({each.person for each in named})) > 1:
        return "shared_transponder", f"the transponder names {people} people, and these sessions none"
    nearest = min(named, key=lambda each: abs(each.session.started_at - first.session.started_at))
    words = f"{display_name(nearest.session.driver)} in session {nearest.session_id}"
    return "named_transponder", f"the transponder is {words}, the nearest in time"


def people_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.people``."""
    known = [each for each in facts if each.person]
    return [
        {
            "person_id": sessions[0].racer_id,
            "person_name": sessions[0].racer_name,
            "normalized_names": sorted({each.name for each in sessions if each.name}),
            "transponders": sorted(filter(None, {transponder(each.session) for each in sessions})),
            "tracks": sorted({each.track for each in sessions}),
            "first_started_at": sessions[0].session.started_at,
            "last_started_at": sessions[-1].session.started_at,
            "sessions": len(sessions),
        }
        for sessions in grouped(known, "racer_id").values()
    ]


def candidate_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.person_candidates``: two people with similar names at a track, the lower id first."""
    names: dict[str, set[tuple[UUID, str]]] = defaultdict(set)
    transponders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in facts:
        if each.name:
            names[each.track].add((each.racer_id, each.name))
            if number := transponder(each.session):
                transponders[each.track, each.name].add(number)
    return [
        {
            "track_slug": track,
            "person_id": person_id,
            "normalized_name": name,
            "other_person_id": other_id,
            "other_normalized_name": other,
            "similarity": rounded(_similarity(name, other)),
            "shared_transponders": sorted(transponders[track, name] & transponders[track, other]),
        }
        for track, of_track in names.items()
        for (person_id, name), (other_id, other) in combinations(sorted(of_track), 2)
        if person_id != other_id and _similarity(name, other) >= SMALLEST_SIMILARITY
    ]


def _similarity(name: str, other: str) -> Decimal:
    """The trigrams in both names as a share of all, as ``pg_trgm`` counts: two blanks before each word, one after."""
    one, two = _trigrams(name), _trigrams(other)
    return Decimal(len(one & two)) / len(one | two)


def _trigrams(name: str) -> set[str]:
    padded = [f"  {word} " for word in name.split()]
    return {word[start : start + 3] for word in padded for start in range(len(word) - 2)}
