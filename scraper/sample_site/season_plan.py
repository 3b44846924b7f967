"""How large a season is and when it takes place: everything that its days are generated from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

LAST_PRACTICE_DATE = date(2025, 10, 26)
"""A Sunday: a season ends here unless told otherwise, so that a bigger one reaches further back."""

FIRST_SESSION_ID = 700_001


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """``days`` counts practice days over all tracks together; ``sessions_per_day`` is an average, roughly."""

    seed: int
    tracks: int
    days: int
    sessions_per_day: int
    last_date: date = LAST_PRACTICE_DATE

    def __post_init__(self) -> None:
        if min(self.tracks, self.days, self.sessions_per_day) < 1:
            raise ValueError(f"a season needs at least one track, one day and one session a day: {self}")

    @property
    def session_ids_per_date(self) -> int:
        """The id space of one date: ids grow with time over all tracks, with holes as on the real site."""
        return 12 * self.sessions_per_day + 500


@lru_cache(maxsize=64)
def practice_days_by_date(plan: SeasonPlan) -> Mapping[date, tuple[int, ...]]:
    """The numbers of the practice days on each date, oldest first; day ``n`` is at track ``n % plan.tracks``.

    People practise on Saturdays and Sundays, if the last date is a Sunday. On some dates one track is open, on others
    two.
    """
    date_numbers = [day if plan.tracks == 1 else day * 2 // 3 for day in range(plan.days)]
    days: dict[date, tuple[int, ...]] = {}
    for day, date_number in enumerate(date_numbers):
        weekends_back, is_saturday = divmod(date_numbers[-1] - date_number, 2)
        practice_date = plan.last_date - timedelta(days=7 * weekends_back + is_saturday)
        days[practice_date] = (*days.get(practice_date, ()), day)
    return days


@lru_cache(maxsize=64)
def practice_dates(plan: SeasonPlan) -> tuple[date, ...]:
    """All dates with practice at any track, oldest first."""
    return tuple(practice_days_by_date(plan))
