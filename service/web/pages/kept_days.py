"""The contents of the practice days that were shown last. The page of a day and those of its racers share them."""

from threading import Lock

from cachetools import LRUCache

from scraper.report.contents import Contents, contents_of
from scraper.report.practice_day import PracticeDay

_MOST_DAYS = 8


class KeptDays:
    """Contents by version of the rows, of the last used days."""

    def __init__(self) -> None:
        self._contents: LRUCache[str, Contents] = LRUCache(_MOST_DAYS)
        self._lock = Lock()

    def get(self, version: str) -> Contents | None:
        """Return the contents of a version, None if they are not kept."""
        with self._lock:
            return self._contents.get(version)

    def draw(self, version: str, day: PracticeDay) -> Contents:
        """Return the contents of a day with its charts, and keep them in place of those that were used least lately."""
        contents = contents_of(day)
        with self._lock:
            self._contents[version] = contents
        return contents
