"""Days and hours compared: ``analytics.day_comparison`` and ``track_pace_by_hour``."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from scraper.sample_site.statistics import rounded, seconds
from tests.expected.analytics.session_facts import SessionFacts, best_of, grouped
from tests.expected.natural_keys import Row

FEWEST_LAPS_OF_AN_HOUR = 5
FEWEST_HOURS_OF_A_DAY = 2


def day_comparison_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.day_comparison``."""
    rows: list[Row] = []
    for of_class in grouped(facts, "track", "class_name").values():
        # Sessions come in the order of their start, and so do the days.
        days = [day for day in grouped(of_class, "date").values() if best_of(day) is not None]
        for before, day in zip([None, *days], days, strict=False):
            figures = _figures(day)
            earlier = _figures(before) if before else {}
            rows.append(
                {
                    **day[0].of_day,
                    "class_name": day[0].class_name,
                    **figures,
                    "previous_practice_date": before[0].date if before else None,
                    **{f"{name}_change": value - earlier[name] if before else None for name, value in figures.items()},
                }
            )
    return rows


def _figures(sessions: list[SessionFacts]) -> dict[str, Decimal]:
    """Figures of a class on a day."""
    return {
        "drivers": Decimal(len({each.racer_id for each in sessions})),
        "sessions": Decimal(len(sessions)),
        "laps": Decimal(sum(each.statistics.lap_count for each in sessions)),
        "best_lap": best_of(sessions) or Decimal(0),
        "median_lap": rounded(_median([seconds(lap) for each in sessions for lap in each.valid_laps])),
    }


def pace_by_hour_rows(facts: list[SessionFacts]) -> list[Row]:
    """``analytics.track_pace_by_hour``."""
    compared: dict[tuple[str, int], list[tuple[SessionFacts, int, Decimal]]] = defaultdict(list)
    for sessions in grouped(facts, "track", "date", "class_name", "racer_id").values():
        valid = [lap for each in sessions for lap in each.session.laps if lap.is_valid]
        by_hour: dict[int, list[Decimal]] = defaultdict(list)
        for lap in valid:
            by_hour[lap.finished_at.hour].append(seconds(lap.time_ms))
        hours = {hour: laps for hour, laps in by_hour.items() if len(laps) >= FEWEST_LAPS_OF_AN_HOUR}
        if len(hours) >= FEWEST_HOURS_OF_A_DAY:
            of_day = _median([seconds(lap.time_ms) for lap in valid])
            for hour, laps in hours.items():
                change = _median(laps) / of_day - 1
                compared[sessions[0].track, hour].append((sessions[0], len(laps), change))
    return [
        {
            "track_slug": track,
            "hour": hour,
            "days": len({each.date for each, _, _ in own}),
            "racer_days": len(own),
            "laps": sum(laps for _, laps, _ in own),
            "pace_percent": rounded(100 * sum((change for _, _, change in own), Decimal(0)) / len(own)),
        }
        for (track, hour), own in compared.items()
    ]


def _median(values: Sequence[Decimal]) -> Decimal:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
