"""``analytics.lap_flags``."""

from decimal import ROUND_HALF_UP, Decimal

from scraper.sample_site.practice import Lap
from scraper.sample_site.statistics import rounded, seconds
from tests.expected.analytics.session_facts import SessionFacts, grouped
from tests.expected.natural_keys import Row

FEWEST_LAPS_FOR_A_MEDIAN = 5
RULES = {
    "suspected_cut": "below 60 %, as if part of the track were left out",
    "fast_outlier": "below 90 %, faster than usual",
    "slow_outlier": "above 110 %, slower than usual",
    "suspected_crash": "above 120 %, as if marshalled after a crash",
    "missed two": "within 4 % of two laps' time, as if a reading were missed",
    "missed three": "within 4 % of three laps' time, as if a reading were missed",
    "suspected_stop": "above 200 %, as if stopped or in the pits",
}


def lap_flag_rows(facts: list[SessionFacts]) -> list[Row]:
    """Every lap far from the median of the driver's valid laps in the class on the day, under one name."""
    rows: list[Row] = []
    for sessions in grouped(facts, "track", "date", "class_name", "driver", "name_on_session").values():
        valid = sorted(time_ms for each in sessions for time_ms in each.valid_laps)
        if len(valid) >= FEWEST_LAPS_FOR_A_MEDIAN:
            median_ms = Decimal(valid[(len(valid) - 1) // 2] + valid[len(valid) // 2]) / 2
            rows += [
                _row(each, lap, median_ms, rule)
                for each in sessions
                for lap in each.session.laps
                if (rule := _rule(rounded(lap.time_ms / median_ms)))
            ]
    return rows


def _row(each: SessionFacts, lap: Lap, median_ms: Decimal, rule: str) -> Row:
    share, median = rounded(lap.time_ms / median_ms), rounded(median_ms / 1000)
    per_cent = (100 * share).quantize(Decimal(1), ROUND_HALF_UP)
    return {
        **each.of_day,
        "class_name": each.class_name,
        **each.of_racer,
        "race_result_id": each.race_result_id,
        "session_id": each.session_id,
        "lap_number": lap.number,
        "lap_time_seconds": seconds(lap.time_ms),
        "is_valid": lap.is_valid,
        "median_lap": median,
        "share_of_median": share,
        "flag": "missed_reading" if rule.startswith("missed") else rule,
        "explanation": f"{per_cent} % of the driver's median lap of {median} s: {RULES[rule]}",
    }


def _rule(share: Decimal) -> str | None:
    """The key in ``RULES``."""
    for laps, rule in ((2, "missed two"), (3, "missed three")):
        if abs(share / laps - 1) <= Decimal("0.04"):
            return rule
    if share < 1:
        return "suspected_cut" if share < Decimal("0.6") else "fast_outlier" if share < Decimal("0.9") else None
    if share > 2:
        return "suspected_stop"
    return "suspected_crash" if share > Decimal("1.2") else "slow_outlier" if share > Decimal("1.1") else None
