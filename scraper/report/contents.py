"""The contents of a day's page: its rows in the order of the page, with charts where there are figures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from uuid import UUID

from scraper.report.charts import day_chart, lap_chart, pace_chart, progress_chart
from scraper.report.drawing import Chart
from scraper.report.pace import Pace, paces_of
from scraper.report.practice_day import DriverDay, Head, Place, PracticeDay, Reconciliation, Record, Session
from scraper.report.racers import Racer, racers_of

_FEWEST_SESSIONS_FOR_A_LINE = 2


@dataclass(frozen=True)
class ClassOfDay:
    """A class with its leaderboard, the distribution of its racers' laps, and its record."""

    name: str
    places: list[Place]
    paces: list[Pace]
    pace_chart: Chart | None
    record: Record | None


@dataclass(frozen=True)
class RacerOnPage:
    """A racer with the places in all classes, each with the number of places, and the charts."""

    racer: Racer
    places: list[tuple[Place, int]]

    @cached_property
    def progress_chart(self) -> Chart | None:
        """Best and average lap by session, None for a single session with a lap."""
        with_a_lap = sum(session.best_lap is not None for session in self.racer.sessions)
        return progress_chart(self.racer) if with_a_lap >= _FEWEST_SESSIONS_FOR_A_LINE else None

    @cached_property
    def lap_chart(self) -> Chart | None:
        """All laps of the day, None without one."""
        has_laps = any(lap.seconds is not None for session in self.racer.sessions for lap in session.laps)
        return lap_chart(self.racer) if has_laps else None


@dataclass(frozen=True)
class HourlyBests:
    """The best lap of each class by the hour of the session's start."""

    classes: list[str]
    hours: list[tuple[int, list[Decimal | None]]]


@dataclass(frozen=True)
class Contents:
    """The variables of the templates, from top to bottom of the page."""

    head: Head
    totals: Reconciliation | None
    sessions: list[Session]
    starts: list[datetime]
    captured: int
    invalid_laps: int
    fastest: Place | None
    improved: list[DriverDay]
    most_consistent: Racer | None
    busiest: Racer | None
    day_chart: Chart | None
    hourly: HourlyBests
    classes: list[ClassOfDay]
    racers: list[RacerOnPage]
    by_id: dict[UUID, Racer]


def contents_of(day: PracticeDay) -> Contents:
    """Return the contents of the page. Equal rows give equal contents."""
    racers = racers_of(day)
    classes = _classes(day, racers)
    places = _places(classes)
    hourly = hourly_bests(day.sessions)
    labels = {racer.racer_id: racer.label for racer in racers}
    return Contents(
        head=day.head,
        totals=day.reconciliation,
        sessions=day.sessions,
        starts=sorted(session.start_time for session in day.sessions if session.start_time),
        captured=sum(session.detail_status == "captured" for session in day.sessions),
        invalid_laps=sum(not lap.is_valid for session in day.sessions for lap in session.laps),
        fastest=min(day.places, key=lambda place: place.best_lap, default=None),
        improved=[driver_day for driver_day in day.driver_days if driver_day.is_most_improved],
        most_consistent=max((each for each in racers if each.most_consistent_session), key=_consistency, default=None),
        busiest=max((racer for racer in racers if racer.lap_count), key=lambda racer: racer.lap_count, default=None),
        day_chart=day_chart(day.sessions, labels) if hourly.hours else None,
        hourly=hourly,
        classes=classes,
        racers=[RacerOnPage(racer, places[racer.racer_id]) for racer in racers],
        by_id={racer.racer_id: racer for racer in racers},
    )


def hourly_bests(sessions: Sequence[Session]) -> HourlyBests:
    """Return the figures of the day's chart, by hour."""
    bests: dict[tuple[int, str], Decimal] = {}
    for session in sessions:
        if session.best_lap is not None and session.start_time is not None:
            key = (session.start_time.hour, session.class_name)
            bests[key] = min(session.best_lap, bests.get(key, session.best_lap))
    classes = sorted({class_name for _, class_name in bests})
    hours = sorted({hour for hour, _ in bests})
    return HourlyBests(classes, [(hour, [bests.get((hour, name)) for name in classes]) for hour in hours])


def _classes(day: PracticeDay, racers: Sequence[Racer]) -> list[ClassOfDay]:
    records = {record.class_name: record for record in day.records}
    classes = []
    for name, group in groupby(day.places, key=lambda place: place.class_name):
        places = list(group)
        paces = paces_of(name, places, racers)
        classes.append(ClassOfDay(name, places, paces, pace_chart(paces) if paces else None, records.get(name)))
    return classes


def _places(classes: Sequence[ClassOfDay]) -> Mapping[UUID, list[tuple[Place, int]]]:
    """Return the places of each racer, each with the number of places of its class."""
    places: dict[UUID, list[tuple[Place, int]]] = defaultdict(list)
    for each in classes:
        for place in each.places:
            places[place.racer_id].append((place, len(each.places)))
    return places


def _consistency(racer: Racer) -> Decimal:
    session = racer.most_consistent_session
    return (session.comparable_consistency if session else None) or Decimal(-1)
