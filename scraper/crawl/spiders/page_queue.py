"""Whose turn it is: which of all planned pages is the next to be asked for."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageToAsk:
    """One page of a track; `kind` and `key` are those of its raw table."""

    track: str
    kind: str
    key: str


class Turns:
    """The tracks' planned pages: urgent ones before all others, and of each sort one page of each track in turn.

    What is planned last for a track comes first: a month's days before the next month, a day's sessions before the next
    day. So a track never has more waiting than its months, one month's days and one day's sessions, or a few, and the
    requests themselves are only made when there is room for them.
    """

    def __init__(self) -> None:
        self._lines: dict[bool, dict[str, list[PageToAsk]]] = {True: {}, False: {}}

    def put(self, pages: Sequence[PageToAsk], *, urgent: bool) -> None:
        """Plan pages of one track, in this order, before what it has waiting already."""
        if pages:
            self._lines[urgent].setdefault(pages[0].track, []).extend(reversed(pages))

    def take(self) -> PageToAsk | None:
        """The next page; None when none waits."""
        for line in (self._lines[True], self._lines[False]):
            for track in line:
                waiting = line.pop(track)
                page = waiting.pop()
                if waiting:
                    line[track] = waiting
                return page
        return None
