"""Sessions with what the models of ``analytics`` need: day, racer and statistics."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from scraper.sample_site.driver_names import display_class, display_name, normalized_name
from scraper.sample_site.practice import Day, Lap, Session
from scraper.sample_site.statistics import SessionStatistics, seconds
from tests.expected.analytics.known_people import Person, known_people
from tests.expected.natural_keys import Row, driver_id, event_id, race_id, race_result_id, source_driver_id


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session, its day and its person; ``None`` where no person can be identified."""

    day: Day
    session: Session
    person: Person | None
    statistics: SessionStatistics

    @property
    def track(self) -> str:
        return self.day.track.slug

    @property
    def date(self) -> date:
        return self.day.date

    @property
    def racer(self) -> str:
        """The key of the racer: the person's, else the driver's ``source_driver_id``."""
        return self.person.key if self.person else self.driver

    @property
    def racer_id(self) -> UUID:
        return self.person.id if self.person else driver_id(self.session)

    @property
    def racer_name(self) -> str:
        return self.person.name if self.person else display_name(self.session.driver)

    @property
    def driver(self) -> str:
        return source_driver_id(self.session)

    @property
    def name(self) -> str | None:
        """The normalized name on the session."""
        return normalized_name(self.session.driver)

    @property
    def name_on_session(self) -> str:
        """The name as the page prints it."""
        return display_name(self.session.driver)

    @property
    def class_name(self) -> str:
        return display_class(self.session.class_name)

    @property
    def session_id(self) -> str:
        return str(self.session.session_id)

    @property
    def race_id(self) -> UUID:
        return race_id(self.day, self.session)

    @property
    def race_result_id(self) -> UUID:
        return race_result_id(self.day, self.session)

    @property
    def best(self) -> Decimal | None:
        return self.statistics.fastest

    @property
    def best_lap(self) -> Lap | None:
        """The fastest valid lap; of equal laps the first one."""
        return min((lap for lap in self.session.laps if lap.is_valid), key=lambda lap: lap.time_ms, default=None)

    @property
    def time_on_track(self) -> Decimal:
        return seconds(self.session.length_ms)

    @property
    def ended_at(self) -> datetime:
        laps = self.session.laps
        return laps[-1].finished_at if laps else self.session.started_at

    @property
    def valid_laps(self) -> list[int]:
        return [time_ms for time_ms in self.session.lap_times_ms if self.session.is_valid(time_ms)]

    @property
    def of_day(self) -> Row:
        """The columns of the day."""
        return {"event_id": event_id(self.day), "track_slug": self.track, "practice_date": self.date}

    @property
    def of_racer(self) -> Row:
        """The columns of the racer."""
        return {"person_id": self.person.id if self.person else None, "racer_id": self.racer_id}


def session_facts(days: Iterable[Day]) -> list[SessionFacts]:
    """All sessions in order of printed start and id."""
    days = list(days)
    people = known_people(days)
    facts = [
        SessionFacts(day, session, people[session.session_id], SessionStatistics.of(session))
        for day in days
        for session in day.sessions
    ]
    return sorted(facts, key=lambda each: (each.session.started_at, each.session.session_id))


def grouped(facts: Iterable[SessionFacts], *names: str) -> dict[tuple[object, ...], list[SessionFacts]]:
    """Sessions grouped by the values of these attributes, in order."""
    groups: dict[tuple[object, ...], list[SessionFacts]] = defaultdict(list)
    for each in facts:
        groups[tuple(getattr(each, name) for name in names)].append(each)
    return groups


def pause(before: SessionFacts, after: SessionFacts) -> int:
    """Whole seconds from the end of one session to the start of the next."""
    return int((after.session.started_at - before.ended_at).total_seconds())


def best_of(sessions: Iterable[SessionFacts]) -> Decimal | None:
    """The fastest valid lap of all these sessions."""
    return min((each.best for each in sessions if each.best is not None), default=None)
