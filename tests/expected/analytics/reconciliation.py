"""The site's figures next to ours. They are equal, except for sessions that only the month page counts."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from scraper.sample_site.driver_names import UNKNOWN_CLASS
from scraper.sample_site.statistics import THOUSANDTH, DayStatistics, SessionStatistics
from tests.expected.analytics.session_facts import SessionFacts, best_of, grouped
from tests.expected.natural_keys import Row, event_id

FIGURES = (
    "fastest",
    "average",
    "top_3_consecutive",
    "average_top_5",
    "average_top_10",
    "average_top_15",
    "std_deviation",
    "consistency",
)
EVERY_LAP_MS = (0, 24 * 3_600_000)
"""A valid range that includes every lap."""


def day_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.day_reconciliation``."""
    return [_day_row(sessions) for sessions in grouped(facts, "track", "date").values()]


def _day_row(sessions: list[SessionFacts]) -> Row:
    site = DayStatistics.of(sessions[0].day)
    # The site rounds the sum of all laps to seconds; ours keeps milliseconds.
    track_time = sum((each.time_on_track for each in sessions), Decimal(0))
    best = best_of(sessions)
    unlisted = sessions[0].day.unlisted
    counts = f"sessions {len(sessions) + unlisted} by the month page and {len(sessions)} by us"
    return {
        **sessions[0].of_day,
        "site_sessions": len(sessions) + unlisted,
        "sessions": len(sessions),
        "sessions_difference": -unlisted,
        "missing_sessions": unlisted,
        **_both("laps", site.total_laps, 0),
        "site_track_time_seconds": site.track_time,
        "our_track_time_seconds": track_time,
        "track_time_difference": track_time - site.track_time,
        **_both("drivers", site.unique_drivers, 0),
        **_both("classes", site.unique_classes, 0),
        **_both("first_start", sessions[0].session.started_at.time(), timedelta(0)),
        **_both("last_start", sessions[-1].session.started_at.time(), timedelta(0)),
        **_both("best_lap", best, None if best is None else Decimal(0)),
        "differences": [counts] if unlisted else [],
        "explained_differences": [],
        "not_printed": [],
        "not_understood": [],
        "verdict": "differs" if unlisted else "complete",
    }


def _both(figure: str, value: object, difference: object) -> Row:
    return {f"site_{figure}": value, f"our_{figure}": value, f"{figure}_difference": difference}


def class_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.class_reconciliation``. The site's leaderboard omits Unknown Class."""
    rows: list[Row] = []
    for sessions in grouped(facts, "track", "date", "class_name").values():
        class_name, best = sessions[0].class_name, best_of(sessions)
        site_best = None if class_name == UNKNOWN_CLASS else best
        rows.append(
            {
                "event_id": event_id(sessions[0].day),
                "class_name": class_name,
                **_both("laps", sum(len(each.session.laps) for each in sessions), 0),
                "site_best_lap": site_best,
                "our_best_lap": best,
                "best_lap_difference": None if site_best is None else Decimal(0),
                "best_lap_mismatch": False,
            }
        )
    return rows


def session_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.session_reconciliation``. The site prints the figures of the valid laps."""
    return [_session_row(each) for each in facts]


def _session_row(each: SessionFacts) -> Row:
    all_laps = SessionStatistics.of(replace(each.session, valid_range_ms=EVERY_LAP_MS))
    sides = {"site": each.statistics, "valid": each.statistics, "all": all_laps}
    others = [name for name in FIGURES if _differs(getattr(each.statistics, name), getattr(all_laps, name))]
    return {
        "event_id": event_id(each.day),
        "race_id": each.race_id,
        "session_id": each.session_id,
        **{f"{side}_{name}": getattr(statistics, name) for side, statistics in sides.items() for name in FIGURES},
        "invalid_lap_count": Counter(lap.is_valid for lap in each.session.laps)[False],
        "mismatches_valid_laps": [],
        "mismatches_all_laps": others,
        "not_printed": [],
        "matching_laps": "valid laps" if others else "both",
    }


def _differs(site: Decimal | None, ours: Decimal | None) -> bool:
    """A blank figure is not compared, and the last digit may be rounded differently."""
    return site is not None and (ours is None or abs(site - ours) > THOUSANDTH)
