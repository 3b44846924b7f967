"""Practice days as rows, written by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from scraper.report.practice_day import (
    DriverDay,
    FlagRow,
    Head,
    LapRow,
    Place,
    PracticeDay,
    Reconciliation,
    Record,
    Session,
)

DAY = date(2025, 10, 25)
_NAMES = UUID(int=7215)
TIMES = tuple(map(Decimal, ("33.104", "34.020", "32.900", "95.034", "33.500", "6.298", "33.000")))
BEST = Decimal("32.900")


def identity(of: str) -> UUID:
    """The same for the same text."""
    return uuid5(_NAMES, of)


def a_head(**fields: Any) -> Head:
    """A day that is captured whole."""
    head = Head(
        event_id=identity("event"),
        track_slug="bend",
        track_name="The Bend",
        time_zone=None,
        practice_date=DAY,
        url="https://bend.liverc.com/practice/?p=session_list&d=2025-10-25",
        ingest_depth="laps_full",
        last_ingested_at=datetime(2025, 10, 26, 4, 5, tzinfo=UTC),
    )
    return replace(head, **fields)


def a_session(number: int = 1, racer: str = "Ana Ruiz", **fields: Any) -> Session:
    """A captured run with the laps of `TIMES`."""
    session = Session(
        race_result_id=identity(f"result {racer} {number}"),
        session_id=f"{7000 + number}",
        url=f"https://bend.liverc.com/practice/?p=view_session&id={7000 + number}",
        racer_id=identity(racer),
        racer_name=racer,
        name_on_session=racer,
        transponder_number="8600142",
        class_name="1/10 Open",
        start_time=datetime.combine(DAY, time(9, 40)) + timedelta(minutes=30 * number),
        time_on_track_seconds=sum(TIMES, Decimal(0)),
        detail_status="captured",
        laps=len(TIMES),
        valid_laps=len(TIMES) - 2,
        best_lap=BEST,
        best_lap_number=3,
        average_lap=Decimal("33.305"),
        best_3_consecutive=Decimal("100.024"),
        std_deviation=Decimal("0.405"),
        consistency=Decimal("98.784"),
        session_of_day=number,
        gain_on_previous_best=None if number == 1 else Decimal("-0.100"),
    )
    return replace(session, **fields)


def a_reconciliation(**fields: Any) -> Reconciliation:
    """Both sides agree."""
    reconciliation = Reconciliation(
        verdict="complete",
        differences=[],
        sessions=1,
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
    """These sessions with their laps; one leaderboard and one driver day for each racer and class, in their order."""
    captured = [session for session in sessions if session.detail_status == "captured"]
    firsts = {(session.racer_id, session.class_name): session for session in reversed(sessions)}
    racing = sorted(firsts.values(), key=lambda session: session.class_name)
    return PracticeDay(
        head=head or a_head(),
        reconciliation=reconciliation or a_reconciliation(),
        sessions=list(sessions),
        laps=[
            LapRow(session.race_result_id, number, seconds, Decimal(20) <= seconds <= Decimal(70))
            for session in captured
            for number, seconds in enumerate(TIMES, start=1)
        ],
        flags=[
            FlagRow(session.race_result_id, number, flag, f"so many % of the median: {flag}")
            for session in captured
            for number, flag in ((4, "suspected_stop"), (6, "suspected_cut"))
        ],
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
        session_id=session.session_id,
        best_lap_number=3,
        gap_to_first=Decimal("0.000"),
        gap_to_next=None,
        sessions=1,
        laps=session.laps,
    )


def _driver_day(session: Session) -> DriverDay:
    return DriverDay(
        class_name=session.class_name,
        racer_id=session.racer_id,
        sessions=1,
        laps=session.laps,
        time_on_track_seconds=session.time_on_track_seconds,
        first_best_lap=session.best_lap,
        best_lap=session.best_lap,
        last_best_lap=session.best_lap,
        improvement=Decimal("0.204"),
        improvement_percent=Decimal("0.616"),
        is_most_improved=True,
    )
