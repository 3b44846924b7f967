"""``analytics.sessions`` and ``analytics.stints``."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from scraper.sample_site.driver_names import display_name
from scraper.sample_site.practice import Session
from scraper.sample_site.statistics import seconds
from tests.expected.analytics.session_facts import SessionFacts, best_of, grouped, pause
from tests.expected.natural_keys import Row, driver_id, transponder

SHORT_PAUSE = timedelta(minutes=5)


def session_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.sessions``. No track of the season has a time zone, and no class an alias."""
    return [
        {**_identity_and_time(each), **_figures(each), **_within_the_day(number, sessions)}
        for sessions in grouped(facts, "track", "date", "racer_id").values()
        for number, each in enumerate(sessions)
    ]


def _identity_and_time(each: SessionFacts) -> Row:
    return {
        "race_id": each.race_id,
        "race_result_id": each.race_result_id,
        **each.of_day,
        "session_id": each.session_id,
        **each.of_racer,
        "driver_id": driver_id(each.session),
        "racer_name": each.racer_name,
        "name_on_session": display_name(each.session.driver),
        "is_shared_label": False,
        "transponder_number": transponder(each.session),
        "class_name": each.class_name,
        "page_class_name": each.class_name,
        "start_time": each.session.started_at,
        "start_time_utc": None,
        "end_time": each.ended_at,
        "end_time_utc": None,
        "detail_status": "captured",
    }


def _figures(each: SessionFacts) -> Row:
    return {
        "time_on_track_seconds": each.time_on_track,
        "laps": each.statistics.lap_count,
        "valid_laps": len(each.valid_laps),
        "left_out_laps": 0,
        "best_lap": each.best,
        "best_lap_number": each.best_lap.number if each.best_lap else None,
        "best_lap_at": each.best_lap.finished_at if each.best_lap else None,
        "average_lap": each.statistics.average,
        "best_3_consecutive": each.statistics.top_3_consecutive,
        "best_5_consecutive": fastest_in_a_row(each.session, 5),
        "std_deviation": each.statistics.std_deviation,
        "consistency": each.statistics.consistency,
    }


def _within_the_day(number: int, sessions: list[SessionFacts]) -> Row:
    each, earlier = sessions[number], sessions[:number]
    best_before = best_of(before for before in earlier if before.class_name == each.class_name)
    return {
        "session_of_day": number + 1,
        "seconds_since_last_session": pause(earlier[-1], each) if earlier else None,
        "gain_on_previous_best": best_before - each.best if best_before and each.best else None,
    }


def fastest_in_a_row(session: Session, count: int) -> Decimal | None:
    """The smallest sum of ``count`` consecutive valid laps."""
    times = session.lap_times_ms
    rows = (times[start : start + count] for start in range(len(times) - count + 1))
    fastest = min((sum(row) for row in rows if all(map(session.is_valid, row))), default=None)
    return None if fastest is None else seconds(fastest)


def stint_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.stints``."""
    rows: list[Row] = []
    for sessions in grouped(facts, "track", "date", "racer_id").values():
        stints = [sessions[:1]]
        for before, after in pairwise(sessions):
            is_short = pause(before, after) <= SHORT_PAUSE.total_seconds() and before.class_name == after.class_name
            stints[-1:] = [[*stints[-1], after]] if is_short else [stints[-1], [after]]
        rows += [_stint_row(number, stint) for number, stint in enumerate(stints, start=1)]
    return rows


def _stint_row(number: int, stint: list[SessionFacts]) -> Row:
    return {
        **stint[0].of_day,
        **stint[0].of_racer,
        "racer_name": stint[0].racer_name,
        "stint_of_day": number,
        "class_name": stint[0].class_name,
        "start_time": stint[0].session.started_at,
        "end_time": stint[-1].ended_at,
        "sessions": len(stint),
        "session_ids": [each.session_id for each in stint],
        "laps": sum(each.statistics.lap_count for each in stint),
        "valid_laps": sum(len(each.valid_laps) for each in stint),
        "time_on_track_seconds": sum((each.time_on_track for each in stint), Decimal(0)),
        "pause_seconds": sum(pause(before, after) for before, after in pairwise(stint)),
        "best_lap": best_of(stint),
    }
