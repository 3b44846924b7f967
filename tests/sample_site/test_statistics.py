"""The figures of a session, checked against their definitions by other formulas."""

from datetime import datetime, timedelta
from decimal import Decimal
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.sample_site.practice import Session
from scraper.sample_site.statistics import SessionStatistics

START = datetime.fromisoformat("2025-10-25T23:50:09.640")
HALF_A_THOUSANDTH = 0.000_501

sessions = st.builds(
    Session,
    session_id=st.just(1),
    driver=st.just("Edda Mossbank"),
    class_name=st.just("1/10 Open"),
    transponder=st.just("1000001"),
    first_crossing=st.datetimes(min_value=START, max_value=START + timedelta(days=400)),
    lap_times_ms=st.lists(st.integers(5_000, 100_000), max_size=30).map(tuple),
    valid_range_ms=st.just((20_000, 70_000)),
)


def _session(*lap_times_ms: int) -> Session:
    return Session(1, "Edda Mossbank", "1/10 Open", "1000001", START, lap_times_ms, (20_000, 70_000))


def _valid_seconds(session: Session) -> list[float]:
    return sorted(time / 1000 for time in session.lap_times_ms if 20_000 <= time <= 70_000)


@given(sessions)
def test_start_and_lap_ends_are_cut_to_whole_seconds(
    session: Session,
) -> None:
    elapsed = timedelta()
    assert session.started_at == session.first_crossing.replace(microsecond=0)
    for lap, time_ms in zip(session.laps, session.lap_times_ms, strict=True):
        elapsed += timedelta(milliseconds=time_ms)
        assert lap.elapsed_ms == elapsed / timedelta(milliseconds=1)
        assert lap.finished_at == (session.first_crossing + elapsed).replace(microsecond=0)


@given(sessions)
def test_end_is_the_last_crossing_plus_three_minutes(session: Session) -> None:
    last_crossing = session.laps[-1].finished_at if session.laps else session.started_at
    assert session.ended_at == last_crossing + timedelta(minutes=3)


@given(sessions)
def test_length_is_the_rounded_sum_of_all_laps(session: Session) -> None:
    assert abs(1000 * session.length_seconds - sum(session.lap_times_ms)) <= 500


@given(sessions)
def test_a_lap_is_valid_only_within_the_valid_lap_range(session: Session) -> None:
    assert [lap.is_valid for lap in session.laps] == [20_000 <= time <= 70_000 for time in session.lap_times_ms]


@given(sessions)
def test_lap_count_includes_invalid_laps(session: Session) -> None:
    assert SessionStatistics.of(session).lap_count == len(session.lap_times_ms)


@given(sessions)
def test_average_deviation_and_consistency_follow_from_the_valid_laps(session: Session) -> None:
    statistics, valid = SessionStatistics.of(session), _valid_seconds(session)
    if not valid:
        assert statistics.fastest is statistics.average is statistics.std_deviation is statistics.consistency is None
        return
    assert statistics.fastest is not None
    assert statistics.average is not None
    assert statistics.std_deviation is not None
    assert statistics.consistency is not None
    sigma, mean = pstdev(valid), fmean(valid)
    assert float(statistics.fastest) == valid[0]
    assert float(statistics.average) == pytest.approx(mean, abs=HALF_A_THOUSANDTH)
    assert float(statistics.std_deviation) == pytest.approx(sigma, abs=HALF_A_THOUSANDTH)
    assert float(statistics.consistency) == pytest.approx(100 * (1 - sigma / mean), abs=HALF_A_THOUSANDTH)


@given(sessions)
def test_top_averages_are_of_the_fastest_laps_and_none_for_fewer_laps(session: Session) -> None:
    statistics, valid = SessionStatistics.of(session), _valid_seconds(session)
    averages = {5: statistics.average_top_5, 10: statistics.average_top_10, 15: statistics.average_top_15}
    for count, average in averages.items():
        if len(valid) < count:
            assert average is None
        else:
            assert average is not None
            assert float(average) == pytest.approx(fmean(valid[:count]), abs=HALF_A_THOUSANDTH)


@pytest.mark.parametrize(
    ("laps", "expected"),
    [
        ((30_000, 31_000), None),
        ((30_000, 31_000, 32_500), "93.500"),
        ((40_000, 31_000, 32_000, 33_000, 39_000), "96.000"),
        ((30_000, 31_000, 6_000, 32_000, 33_000), None),  # an invalid lap interrupts three in a row
        ((30_000, 31_000, 90_000, 32_000, 33_000, 34_000), "99.000"),
    ],
)
def test_top_3_consecutive_is_the_smallest_sum_of_three_valid_laps_in_a_row(
    laps: tuple[int, ...], expected: str | None
) -> None:
    top_3 = SessionStatistics.of(_session(*laps)).top_3_consecutive
    assert top_3 == (None if expected is None else Decimal(expected))


def test_a_session_with_known_figures() -> None:
    statistics = SessionStatistics.of(_session(30_000, 32_000, 34_000, 95_000))
    assert statistics == SessionStatistics(
        lap_count=4,
        fastest=Decimal("30.000"),
        average=Decimal("32.000"),
        top_3_consecutive=Decimal("96.000"),
        average_top_5=None,
        average_top_10=None,
        average_top_15=None,
        std_deviation=Decimal("1.633"),
        consistency=Decimal("94.897"),
    )
