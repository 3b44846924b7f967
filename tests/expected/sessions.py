"""The expected rows of ``races``, ``race_drivers``, ``race_results`` and ``laps`` for one session."""

from decimal import Decimal

from scraper.sample_site import page_text
from scraper.sample_site.driver_names import display_class, display_name
from scraper.sample_site.practice import Day, Session
from scraper.sample_site.statistics import SessionStatistics, seconds
from tests.expected.natural_keys import (
    SOURCE,
    Row,
    driver_id,
    event_id,
    race_driver_id,
    race_id,
    race_result_id,
    session_url,
    source_driver_id,
    transponder,
)


def race_row(day: Day, session: Session, base_url: str) -> Row:
    """The session's row of ``races``."""
    return {
        "id": race_id(day, session),
        "event_id": event_id(day),
        "source": SOURCE,
        "source_race_id": str(session.session_id),
        "class_name": display_class(session.class_name),
        "race_label": f"Practice - {display_name(session.driver)}",
        "race_order": None,
        "race_url": session_url(day.track, session, base_url),
        "start_time": session.started_at,
        "start_time_utc": None,
        "duration_seconds": _printed_length(session),
        "session_type": "practiceday",
        "race_metadata": {"end_time": session.ended_at.isoformat(), "practiceSessionStats": _further_figures(session)},
        "detail_status": "captured",
        "removed_at": None,
    }


def race_driver_row(day: Day, session: Session) -> Row:
    """The session's row of ``race_drivers``."""
    return {
        "id": race_driver_id(day, session),
        "race_id": race_id(day, session),
        "source_driver_id": source_driver_id(session),
        "driver_id": driver_id(session),
        "source": SOURCE,
        "display_name": display_name(session.driver),
        "transponder_number": transponder(session),
    }


def race_result_row(day: Day, session: Session) -> Row:
    """The session's row of ``race_results``."""
    statistics = SessionStatistics.of(session)
    return {
        "id": race_result_id(day, session),
        "race_id": race_id(day, session),
        "race_driver_id": race_driver_id(day, session),
        "position_final": 1,
        "laps_completed": statistics.lap_count,
        "total_time_raw": page_text.length(session.length_seconds),
        "total_time_seconds": seconds(session.length_ms) if session.laps else _printed_length(session),
        "fast_lap_time": statistics.fastest,
        "avg_lap_time": statistics.average,
        "consistency": statistics.consistency,
        "qualifying_position": None,
        "seconds_behind": None,
        "raw_fields_json": _further_figures(session),
    }


def lap_rows(day: Day, session: Session) -> list[Row]:
    """The session's rows of ``laps``, invalid laps included."""
    return [
        {
            "race_result_id": race_result_id(day, session),
            "lap_number": lap.number,
            "position_on_lap": None,
            "lap_time_raw": page_text.lap_time(lap.time_ms),
            "lap_time_seconds": seconds(lap.time_ms),
            "pace_string": None,
            "elapsed_race_time": seconds(lap.elapsed_ms),
            "segments_json": None,
            "is_valid": lap.is_valid,
            "finished_at": lap.finished_at,
        }
        for lap in session.laps
    ]


def _printed_length(session: Session) -> Decimal:
    return seconds(1000 * session.length_seconds)


def _further_figures(session: Session) -> Row:
    statistics = SessionStatistics.of(session)
    return {
        "top_3_consecutive": statistics.top_3_consecutive,
        "avg_top_5": statistics.average_top_5,
        "avg_top_10": statistics.average_top_10,
        "avg_top_15": statistics.average_top_15,
        "std_deviation": statistics.std_deviation,
        "valid_lap_range": [seconds(bound) for bound in session.valid_range_ms],
    }
