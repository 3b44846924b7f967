"""The expected rows of the models in schema ``analytics``, computed from a season by the models' descriptions.

Every column of every row is expected, ids included. The season is crawled completely and derived in one transform.
"""

from collections.abc import Callable

from tests.expected.analytics import class_days, lap_flags, pace, people, reconciliation, sessions, tracks
from tests.expected.analytics.session_facts import SessionFacts
from tests.expected.natural_keys import Row

EXPECTED: dict[str, Callable[[list[SessionFacts]], list[Row]]] = {
    "sessions": sessions.session_rows,
    "stints": sessions.stint_rows,
    "class_leaderboard": class_days.leaderboard_rows,
    "driver_days": class_days.driver_day_rows,
    "lap_flags": lap_flags.lap_flag_rows,
    "left_out_laps": lambda _: [],
    "class_day_bests": tracks.class_day_best_rows,
    "class_records": tracks.record_rows,
    "track_activity": tracks.activity_rows,
    "personal_bests": tracks.personal_best_rows,
    "day_ingests": tracks.day_ingest_rows,
    "day_comparison": pace.day_comparison_rows,
    "track_pace_by_hour": pace.pace_by_hour_rows,
    "driver_people": people.driver_people_rows,
    "people": people.people_rows,
    "person_candidates": people.candidate_rows,
    "day_reconciliation": reconciliation.day_rows,
    "class_reconciliation": reconciliation.class_rows,
    "session_reconciliation": reconciliation.session_rows,
}
"""The rows of each model by its name."""
