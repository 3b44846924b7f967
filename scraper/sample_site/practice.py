"""Tracks, practice days, sessions and laps of the sample site, as plain values. Nothing here prints or parses.

Lap times are whole milliseconds, so that sums are exact. Clock times are the track's wall clock, without a zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

SESSION_TIMEOUT = timedelta(minutes=3)
"""How long after the last crossing the timing system closes a session."""


@dataclass(frozen=True, slots=True)
class Track:
    """A track. ``lap_ms`` is its ordinary lap; a lap outside ``valid_range_ms`` is invalid."""

    slug: str
    name: str
    lap_ms: int
    valid_range_ms: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lap:
    """One lap. ``elapsed_ms`` counts from the first crossing; ``finished_at`` is in whole seconds, as on the pages."""

    number: int
    time_ms: int
    elapsed_ms: int
    finished_at: datetime
    is_valid: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One uninterrupted drive. ``driver``, ``class_name`` and ``transponder`` are page text, "" for a blank cell.

    ``first_crossing`` has milliseconds, which no page shows. The site adds the laps to it and then cuts to whole
    seconds, so a lap's clock time can be a second later than the printed start plus the laps.
    """

    session_id: int
    driver: str
    class_name: str
    transponder: str
    first_crossing: datetime
    lap_times_ms: tuple[int, ...]
    valid_range_ms: tuple[int, int]
    person: str = ""
    """Who drove, whatever name the page prints; "" where the season does not define it."""

    summer_time_ends: datetime | None = None
    """When the track's clock is set back by an hour, if that is during the session."""

    @property
    def started_at(self) -> datetime:
        """The printed start: the first crossing in whole seconds."""
        return _whole_seconds(self.first_crossing)

    @property
    def ended_at(self) -> datetime:
        """The printed end: the last crossing in whole seconds plus the timeout. It may be on the next day."""
        return self._clock_at(self.first_crossing + timedelta(milliseconds=self.length_ms)) + SESSION_TIMEOUT

    @property
    def length_ms(self) -> int:
        """The sum of all laps, invalid ones included."""
        return sum(self.lap_times_ms)

    @property
    def length_seconds(self) -> int:
        """The length in whole seconds, as the pages print it."""
        return nearest_second(self.length_ms)

    def is_valid(self, lap_time_ms: int) -> bool:
        """Return whether a lap of this time counts in the statistics."""
        shortest, longest = self.valid_range_ms
        return shortest <= lap_time_ms <= longest

    @property
    def laps(self) -> tuple[Lap, ...]:
        """All laps in the order driven."""
        return tuple(self._laps())

    def _laps(self) -> Iterator[Lap]:
        elapsed = 0
        for number, time_ms in enumerate(self.lap_times_ms, start=1):
            elapsed += time_ms
            finished_at = self._clock_at(self.first_crossing + timedelta(milliseconds=elapsed))
            yield Lap(number, time_ms, elapsed, finished_at, self.is_valid(time_ms))

    def _clock_at(self, moment: datetime) -> datetime:
        """Return what the track's clock shows, in whole seconds, at a moment after the start."""
        is_set_back = self.summer_time_ends is not None and moment >= self.summer_time_ends
        return _whole_seconds(moment - timedelta(hours=1) if is_set_back else moment)


@dataclass(frozen=True, slots=True)
class Day:
    """One date at one track. ``sessions`` are those of the list, in order of start and id; empty without practice."""

    track: Track
    date: date
    sessions: tuple[Session, ...]
    unlisted: int = 0
    """Sessions that the month page counts and the list does not show yet."""


def nearest_second(milliseconds: int) -> int:
    """Return whole seconds, half a second rounded up."""
    return (milliseconds + 500) // 1000


def _whole_seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
