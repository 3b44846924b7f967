"""Practice days for the tests of the report, as rows."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from scraper.report.pace import Pace, paces_of
from scraper.report.practice_day import (
    DriverDay,
    Head,
    Lap,
    Place,
    PracticeDay,
    Reconciliation,
    Record,
    Session,
)
from scraper.report.racers import Racer, racers_of

LAP_TIMES = st.lists(st.decimals(min_value=1, max_value=600, places=3), min_size=1, max_size=30)
DAY = date(2025, 10, 25)
_NAMES = UUID(int=7215)
TIMES = tuple(map(Decimal, ("33.104", "34.020", "32.900", "95.034", "33.500", "6.298", "33.000")))
BEST = Decimal("32.900")
_FLAGS = {4: "suspected_stop", 6: "suspected_cut"}
LAPS = [
    Lap(
        number,
        seconds,
        Decimal(20) <= seconds <= Decimal(70),
        _FLAGS.get(number),
        "a rule" if number in _FLAGS else None,
    )
    for number, seconds in enumerate(TIMES, start=1)
]
"""Two of them are invalid and flagged."""


def identity(of: str) -> UUID:
    """Equal ids for equal texts."""
    return uuid5(_NAMES, of)


def a_head(**fields: Any) -> Head:
    """A completely captured day."""
    head = Head(
        event_id=identity("event"),
        track_slug="bend",
        track_name="The Bend",
        time_zone=None,
        practice_date=DAY,
        url="https://bend.liverc.com/practice/?p=session_list&d=2025-10-25",
        last_ingested_at=datetime(2025, 10, 26, 4, 5, tzinfo=UTC),
    )
    return replace(head, **fields)


def a_session(number: int = 1, racer: str = "Ana Ruiz", **fields: Any) -> Session:
    """A captured session with `LAPS`."""
    session = Session(
        race_id=identity(f"race {racer} {number}"),
        race_result_id=identity(f"result {racer} {number}"),
        session_id=f"{7000 + number}",
        url=f"https://bend.liverc.com/practice/?p=view_session&id={7000 + number}",
        racer_id=identity(racer),
        person_id=None,
        racer_name=racer,
        name_on_session=racer,
        transponder_number="8600142",
        class_name="1/10 Open",
        start_time=datetime.combine(DAY, time(9, 40)) + timedelta(minutes=30 * number),
        time_on_track_seconds=sum(TIMES, Decimal(0)),
        detail_status="captured",
        lap_count=len(TIMES),
        valid_lap_count=len(TIMES) - 2,
        best_lap=BEST,
        best_lap_number=3,
        average_lap=Decimal("33.305"),
        best_3_consecutive=Decimal("100.024"),
        std_deviation=Decimal("0.405"),
        consistency=Decimal("98.784"),
        number=number,
        gain_on_previous_best=None if number == 1 else Decimal("-0.100"),
        laps=LAPS,
    )
    return replace(session, **fields)


def racer_of(*times: Decimal) -> Racer:
    """A racer with one session of valid laps with these times."""
    laps = [Lap(number, seconds, is_valid=True) for number, seconds in enumerate(times, start=1)]
    (racer,) = racers_of(a_day(a_session(laps=laps)))
    return racer


def pace_of(*times: Decimal) -> Pace:
    """The pace of that racer."""
    racer = racer_of(*times)
    (pace,) = paces_of("1/10 Open", a_day(*racer.sessions).places, [racer])
    return pace


def a_reconciliation(**fields: Any) -> Reconciliation:
    """Equal totals on both sides."""
    reconciliation = Reconciliation(
        verdict="complete",
        differences=[],
        explained_differences=[],
        not_printed=[],
        not_understood=[],
        missing_sessions=0,
        site_sessions=1,
        our_sessions=1,
        site_laps=7,
        our_laps=7,
        site_track_time_seconds=268,
        our_track_time_seconds=Decimal("267.856"),
        site_drivers=1,
        our_drivers=1,
        site_classes=1,
        our_classes=1,
        site_first_start=time(10, 10),
        our_first_start=time(10, 10),
        site_last_start=time(10, 10),
        our_last_start=time(10, 10),
        site_best_lap=BEST,
        our_best_lap=BEST,
    )
    return replace(reconciliation, **fields)


def a_day(*sessions: Session, head: Head | None = None, reconciliation: Reconciliation | None = None) -> PracticeDay:
    """These sessions, with one place and one driver day for each racer and class, in the same order."""
    firsts = {(session.racer_id, session.class_name): session for session in reversed(sessions)}
    racing = sorted(firsts.values(), key=lambda session: session.class_name)
    return PracticeDay(
        head=head or a_head(),
        reconciliation=reconciliation or a_reconciliation(),
        sessions=list(sessions),
        places=[_place(session) for session in racing if session.best_lap is not None],
        driver_days=[_driver_day(session) for session in racing],
        records=[Record(session.class_name, BEST, DAY, session.racer_name) for session in racing],
    )


def _place(session: Session) -> Place:
    return Place(
        class_name=session.class_name,
        position=1,
        racer_id=session.racer_id,
        best_lap=session.best_lap or BEST,
        best_lap_at=session.start_time,
        gap_to_first=Decimal("0.000"),
        gap_to_racer_ahead=None,
        sessions=1,
        laps=session.lap_count,
    )


def _driver_day(session: Session) -> DriverDay:
    return DriverDay(
        class_name=session.class_name,
        racer_id=session.racer_id,
        sessions=1,
        laps=session.lap_count,
        time_on_track_seconds=session.time_on_track_seconds,
        first_best_lap=session.best_lap,
        best_lap=session.best_lap,
        improvement=Decimal("0.204"),
        improvement_percent=Decimal("0.616"),
        is_most_improved=True,
    )
