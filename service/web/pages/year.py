"""The practice days of a track in a year, as months with weeks."""

from calendar import MONDAY, Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class State:
    """What is known of a day: a name for the style sheet, a sign, and words."""

    name: str
    sign: str
    words: str


_NOT_STORED = State("not_stored", "○", "known from the month page, not stored")
_NOT_COMPARED = State("not_compared", "…", "not compared with the site's totals yet")
_BY_VERDICT = {
    "complete": State("complete", "✓", "complete"),
    "partial": State("partial", "◐", "partial"),
    "differs": State("differs", "≠", "differs from the site's totals"),
    "not_understood": State("not_understood", "?", "with figures that are not understood"),
}
STATES = (*_BY_VERDICT.values(), _NOT_COMPARED, _NOT_STORED)


@dataclass(frozen=True)
class Day:
    """A day with practice. Its sessions are those that are stored, else those that the month page counts."""

    date: date
    state: State
    sessions: int | None


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday to Sunday. A day without practice is its number, None is a day of another month."""

    first: date
    weeks: Sequence[Sequence[Day | int | None]]


@dataclass(frozen=True)
class Year:
    """A year of a track, with the numbers of days by state, and the years that have days, newest first."""

    number: int
    months: Sequence[Month]
    counts: Sequence[tuple[State, int]]
    years: Sequence[int]


def year_of(calendar_days: Sequence[Mapping[str, Any]], wanted: int | None) -> Year | None:
    """Return the year that is wanted, else the newest one with a day; None if there is no day at all.

    A month without a day is left out.
    """
    days = {each["practice_date"]: Day(each["practice_date"], _state(each), _sessions(each)) for each in calendar_days}
    years = sorted({day.year for day in days}, reverse=True)
    number = wanted or next(iter(years), None)
    if number is None:
        return None
    own = {day: each for day, each in days.items() if day.year == number}
    months = [_month(number, month, own) for month in sorted({day.month for day in own})]
    states = [each.state for each in own.values()]
    return Year(number, months, [(state, states.count(state)) for state in STATES if state in states], years)


def _month(year: int, month: int, days: Mapping[date, Day]) -> Month:
    weeks = Calendar(MONDAY).monthdatescalendar(year, month)
    return Month(
        date(year, month, 1),
        [[days.get(day, day.day) if day.month == month else None for day in week] for week in weeks],
    )


def _state(day: Mapping[str, Any]) -> State:
    if day["event_id"] is None:
        return _NOT_STORED
    return _BY_VERDICT.get(day["verdict"], _NOT_COMPARED)


def _sessions(day: Mapping[str, Any]) -> int | None:
    sessions: int | None = day["site_sessions"] if day["event_id"] is None else day["sessions"]
    return sessions
