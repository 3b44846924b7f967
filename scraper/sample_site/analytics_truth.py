"""What the models of schema ``analytics`` must hold of a season: by their descriptions, from the season, in Python.

A racer is a person by name, or where nobody can be known the driver of ``racing.drivers`` by its ``source_driver_id``:
the ids that stand for them are the warehouse's own business.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from scraper.sample_site.driver_names import display_class
from scraper.sample_site.natural_keys import Row, source_driver_id
from scraper.sample_site.people_truth import known_people
from scraper.sample_site.practice import Day, Session
from scraper.sample_site.session_statistics import THOUSANDTH, SessionStatistics, seconds

SHORT_PAUSE = timedelta(minutes=5)
FEWEST_LAPS_FOR_A_MEDIAN = 5


@dataclass(frozen=True, slots=True)
class Driven:
    """A session, whose it is and what came of it."""

    track: str
    date: date
    session: Session
    person: str | None
    statistics: SessionStatistics

    @property
    def racer(self) -> str:
        return self.person or source_driver_id(self.session)

    @property
    def class_name(self) -> str:
        return display_class(self.session.class_name)

    @property
    def best(self) -> Decimal | None:
        return self.statistics.fastest

    @property
    def time_on_track(self) -> Decimal:
        return seconds(self.session.length_ms)

    @property
    def ended_at(self) -> datetime:
        laps = self.session.laps
        return laps[-1].finished_at if laps else self.session.started_at

    @property
    def valid_laps(self) -> list[int]:
        return [time_ms for time_ms in self.session.lap_times_ms if self.session.is_valid(time_ms)]


def driven_sessions(days: Iterable[Day]) -> list[Driven]:
    """All sessions in order of start, as the pages print it, and id."""
    days = list(days)
    people = known_people(days)
    driven = [
        Driven(day.track.slug, day.date, session, people[session.session_id], SessionStatistics.of(session))
        for day in days
        for session in day.sessions
    ]
    return sorted(driven, key=lambda each: (each.session.started_at, each.session.session_id))


def grouped(driven: Iterable[Driven], *names: str) -> dict[tuple[object, ...], list[Driven]]:
    """Sessions by what their attributes of these names say, in order."""
    groups: dict[tuple[object, ...], list[Driven]] = defaultdict(list)
    for each in driven:
        groups[tuple(getattr(each, name) for name in names)].append(each)
    return groups


def session_rows(driven: list[Driven]) -> list[Row]:
    """``analytics.sessions``, as far as it says more than ``racing``."""
    rows: list[Row] = []
    for sessions in grouped(driven, "track", "date", "racer").values():
        for number, each in enumerate(sessions):
            before = [earlier.best for earlier in sessions[:number] if earlier.class_name == each.class_name]
            bests = [best for best in before if best is not None]
            previous = sessions[number - 1] if number else None
            rows.append(
                {
                    "session_id": str(each.session.session_id),
                    "person": each.person,
                    "laps": each.statistics.lap_count,
                    "valid_laps": len(each.valid_laps),
                    "best_lap": each.best,
                    "average_lap": each.statistics.average,
                    "best_3_consecutive": each.statistics.top_3_consecutive,
                    "best_5_consecutive": fastest_in_a_row(each.session, 5),
                    "std_deviation": each.statistics.std_deviation,
                    "consistency": each.statistics.consistency,
                    "session_of_day": number + 1,
                    "seconds_since_last_session": _pause(previous, each) if previous else None,
                    "gain_on_previous_best": min(bests) - each.best if bests and each.best is not None else None,
                }
            )
    return rows


def fastest_in_a_row(session: Session, count: int) -> Decimal | None:
    """The smallest sum of so many valid laps in a row."""
    times = session.lap_times_ms
    rows = (times[start : start + count] for start in range(len(times) - count + 1))
    fastest = min((sum(row) for row in rows if all(map(session.is_valid, row))), default=None)
    return None if fastest is None else seconds(fastest)


def leaderboard_rows(driven: list[Driven]) -> list[Row]:
    """``analytics.class_leaderboard``."""
    rows: list[Row] = []
    for (track, day, class_name), sessions in grouped(driven, "track", "date", "class_name").items():
        bests = {racer: _best(own) for (racer,), own in grouped(sessions, "racer").items()}
        times = sorted(best for best in bests.values() if best is not None)
        for racer, best in bests.items():
            if best is not None:
                place = times.index(best)
                rows.append(
                    {
                        "track_slug": track,
                        "practice_date": day,
                        "class_name": class_name,
                        "racer": racer,
                        "position": place + 1,
                        "best_lap": best,
                        "gap_to_first": best - times[0],
                        "sessions": sum(each.racer == racer for each in sessions),
                    }
                )
    return rows


def driver_day_rows(driven: list[Driven]) -> list[Row]:
    """``analytics.driver_days``."""
    rows: list[Row] = []
    for (track, day), of_day in grouped(driven, "track", "date").items():
        of_racers = grouped(of_day, "class_name", "racer")
        percents = {key: _improvement_percent(own) for key, own in of_racers.items()}
        most = max((percent for percent in percents.values() if percent is not None), default=None)
        for (class_name, racer), own in of_racers.items():
            bests = [each.best for each in own if each.best is not None]
            percent = percents[class_name, racer]
            rows.append(
                {
                    "track_slug": track,
                    "practice_date": day,
                    "class_name": class_name,
                    "racer": racer,
                    "sessions": len(own),
                    "laps": sum(each.statistics.lap_count for each in own),
                    "time_on_track_seconds": sum((each.time_on_track for each in own), Decimal(0)),
                    "first_best_lap": bests[0] if bests else None,
                    "best_lap": min(bests) if bests else None,
                    "last_best_lap": bests[-1] if bests else None,
                    "improvement": bests[0] - min(bests) if bests else None,
                    "improvement_percent": percent,
                    "is_most_improved": bool(percent) and percent == most,
                }
            )
    return rows


def stint_rows(driven: list[Driven]) -> list[Row]:
    """``analytics.stints``."""
    rows: list[Row] = []
    for (track, day, racer), sessions in grouped(driven, "track", "date", "racer").items():
        stints = [sessions[:1]]
        for before, after in pairwise(sessions):
            is_short = _pause(before, after) <= SHORT_PAUSE.total_seconds() and before.class_name == after.class_name
            stints[-1:] = [[*stints[-1], after]] if is_short else [stints[-1], [after]]
        rows += [
            {
                "track_slug": track,
                "practice_date": day,
                "racer": racer,
                "stint_of_day": number,
                "session_ids": [str(each.session.session_id) for each in stint],
                "laps": sum(each.statistics.lap_count for each in stint),
                "pause_seconds": sum(_pause(before, after) for before, after in pairwise(stint)),
                "best_lap": _best(stint),
            }
            for number, stint in enumerate(stints, start=1)
        ]
    return rows


def lap_flag_rows(driven: list[Driven]) -> list[Row]:
    """``analytics.lap_flags``."""
    rows: list[Row] = []
    for sessions in grouped(driven, "track", "date", "class_name", "racer").values():
        valid = sorted(time_ms for each in sessions for time_ms in each.valid_laps)
        if len(valid) < FEWEST_LAPS_FOR_A_MEDIAN:
            continue
        median = (Decimal(valid[(len(valid) - 1) // 2]) + valid[len(valid) // 2]) / 2
        for each in sessions:
            for lap in each.session.laps:
                share = _rounded(lap.time_ms / median)
                if flag := _flag(share):
                    session_id = str(each.session.session_id)
                    rows.append({"session_id": session_id, "lap_number": lap.number, "flag": flag})
    return rows


def record_rows(driven: list[Driven]) -> list[Row]:
    """``analytics.class_records``."""
    best_of: dict[tuple[str, str, str, date | None], Driven] = {}
    for each in driven:
        for period, start in (("day", each.date), ("month", each.date.replace(day=1)), ("ever", None)):
            key = (each.track, each.class_name, period, start)
            if each.best is not None and (key not in best_of or each.best < (best_of[key].best or 0)):
                best_of[key] = each
    names = ("track_slug", "class_name", "period", "period_start")
    return [
        {**dict(zip(names, key, strict=True)), "best_lap": each.best, "person": each.person}
        for key, each in best_of.items()
    ]


def activity_rows(driven: list[Driven]) -> list[Row]:
    """``analytics.track_activity``."""
    months: dict[tuple[str, date], list[Driven]] = defaultdict(list)
    for each in driven:
        months[each.track, each.date.replace(day=1)].append(each)
    return [
        {
            "track_slug": track,
            "month": month,
            "days": len({each.date for each in own}),
            "sessions": len(own),
            "laps": sum(each.statistics.lap_count for each in own),
            "time_on_track_seconds": sum((each.time_on_track for each in own), Decimal(0)),
            "people": len({each.person for each in own} - {None}),
            "sessions_of_nobody_known": sum(each.person is None for each in own),
        }
        for (track, month), own in months.items()
    ]


def _pause(before: Driven, after: Driven) -> int:
    return int((after.session.started_at - before.ended_at).total_seconds())


def _best(sessions: Iterable[Driven]) -> Decimal | None:
    return min((each.best for each in sessions if each.best is not None), default=None)


def _improvement_percent(sessions: list[Driven]) -> Decimal | None:
    bests = [each.best for each in sessions if each.best is not None]
    return _rounded(100 * (bests[0] - min(bests)) / bests[0]) if bests else None


def _flag(share: Decimal) -> str | None:
    if share < 1:
        return "suspected_cut" if share < Decimal("0.6") else "fast_outlier" if share < Decimal("0.9") else None
    if share > 2:
        return "suspected_stop"
    return "suspected_crash" if share > Decimal("1.2") else "slow_outlier" if share > Decimal("1.1") else None


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(THOUSANDTH, ROUND_HALF_UP)
