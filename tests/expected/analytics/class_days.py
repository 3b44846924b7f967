"""A racer's day in a class: ``analytics.class_leaderboard`` and ``analytics.driver_days``."""

from decimal import Decimal

from scraper.sample_site.statistics import rounded
from tests.expected.analytics.session_facts import SessionFacts, best_of, grouped
from tests.expected.natural_keys import Row


def leaderboard_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.class_leaderboard``."""
    rows: list[Row] = []
    for of_class in grouped(facts, "track", "date", "class_name").values():
        by_racer = grouped(of_class, "racer_id").values()
        timed = [sessions for sessions in by_racer if best_of(sessions) is not None]
        ranking = sorted((best_of(sessions) or Decimal(0), sessions[0].racer_id, sessions) for sessions in timed)
        times = [best for best, _, _ in ranking]
        rows += [
            {
                **_fastest_lap_row(sessions),
                "position": times.index(best) + 1,
                "gap_to_first": best - times[0],
                "gap_to_racer_ahead": best - times[place - 1] if place else None,
                "sessions": len(sessions),
                "laps": sum(each.statistics.lap_count for each in sessions),
            }
            for place, (best, _, sessions) in enumerate(ranking)
        ]
    return rows


def _fastest_lap_row(sessions: list[SessionFacts]) -> Row:
    fastest = next(each for each in sessions if each.best == best_of(sessions))
    return {
        **fastest.of_day,
        "class_name": fastest.class_name,
        **fastest.of_racer,
        "racer_name": fastest.racer_name,
        "best_lap": fastest.best,
        "best_lap_at": fastest.best_lap.finished_at if fastest.best_lap else None,
        "race_id": fastest.race_id,
        "session_id": fastest.session_id,
        "best_lap_number": fastest.best_lap.number if fastest.best_lap else None,
    }


def driver_day_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.driver_days``."""
    rows: list[Row] = []
    for of_day in grouped(facts, "track", "date").values():
        of_racers = grouped(of_day, "class_name", "racer_id").values()
        percents = [_improvement_percent(sessions) for sessions in of_racers]
        most = max((percent for percent in percents if percent is not None), default=None)
        rows += [
            {
                **_driver_day_row(sessions),
                "improvement_percent": percent,
                "is_most_improved": bool(percent) and percent == most,
            }
            for sessions, percent in zip(of_racers, percents, strict=True)
        ]
    return rows


def _driver_day_row(sessions: list[SessionFacts]) -> Row:
    bests = [each.best for each in sessions if each.best is not None]
    consistencies = [each.statistics.consistency for each in sessions if len(each.valid_laps) >= 5]
    return {
        **sessions[0].of_day,
        "class_name": sessions[0].class_name,
        **sessions[0].of_racer,
        "racer_name": sessions[0].racer_name,
        "sessions": len(sessions),
        "laps": sum(each.statistics.lap_count for each in sessions),
        "valid_laps": sum(len(each.valid_laps) for each in sessions),
        "time_on_track_seconds": sum((each.time_on_track for each in sessions), Decimal(0)),
        "first_start": sessions[0].session.started_at,
        "last_end": max(each.ended_at for each in sessions),
        "first_best_lap": bests[0] if bests else None,
        "best_lap": min(bests) if bests else None,
        "last_best_lap": bests[-1] if bests else None,
        "best_consistency": max((each for each in consistencies if each is not None), default=None),
        "improvement": bests[0] - min(bests) if bests else None,
    }


def _improvement_percent(sessions: list[SessionFacts]) -> Decimal | None:
    bests = [each.best for each in sessions if each.best is not None]
    return rounded(100 * (bests[0] - min(bests)) / bests[0]) if bests else None
