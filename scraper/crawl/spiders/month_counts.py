"""The number of sessions of each day of a month, by a month page that this crawl read or by a stored one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from scraper.pages import read_count
from scraper.raw.history import StoredDay, StoredMonth


@dataclass(frozen=True)
class MonthCounts:
    """`by_day` has the number of each day with sessions, as the page prints it.

    `is_of_this_crawl` is False for a stored page. `is_whole` is False for a page with unreadable rows: a day that
    such a page does not show may have sessions. The number of such a day is blank where it has to be read.
    """

    by_day: Mapping[date, str]
    is_of_this_crawl: bool
    is_whole: bool = True

    @classmethod
    def of_page(cls, payload: Mapping[str, Any]) -> Self:
        """Return the numbers of a page that this crawl read."""
        return cls(_by_day(payload["days"]), is_of_this_crawl=True, is_whole="unreadable_rows" not in payload)

    @classmethod
    def of_stored(cls, month: StoredMonth, lists: Mapping[date, StoredDay]) -> Self:
        """Return the numbers of a stored page. It says nothing about a list that was read later: that has its own rows.

        A short list keeps the number that contradicts it.
        """
        later = {
            day: str(stored.month_sessions if stored.is_short else stored.rows)
            for day, stored in lists.items()
            if stored.read_at is not None and (month.read_at is None or stored.read_at >= month.read_at)
        }
        return cls({**_by_day(month.days), **later}, is_of_this_crawl=False)

    def with_unknown(self, days: Iterable[date]) -> Self:
        """Return the numbers with a blank one for each of these days that the page does not show."""
        return replace(self, by_day={**dict.fromkeys(days, ""), **self.by_day})

    def month_sessions(self, day: date) -> int | None:
        """Return the number to store with a day's list; None if this crawl read no number."""
        if not self.is_of_this_crawl:
            return None
        return read_count(self.by_day.get(day, "0" if self.is_whole else ""))


def _by_day(days: list[dict[str, str]]) -> dict[date, str]:
    return {date.fromisoformat(day["date"]): day["sessions"] for day in days}
