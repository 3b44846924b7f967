"""The queue of planned pages, fair to all tracks."""

from collections.abc import Sequence

from scraper.raw.items import PageId


class PageQueue:
    """The planned pages of all tracks: urgent ones first, and within each class one page of each track in turn.

    Pages that were planned last for a track come first: a month's days before the next month, a day's sessions before
    the next day. So a track's queue holds no more than its months, the days of about one month and the sessions of
    about one day, and requests are created only when they can be sent.
    """

    def __init__(self) -> None:
        self._stacks: dict[bool, dict[str, list[PageId]]] = {True: {}, False: {}}

    def put(self, pages: Sequence[PageId], *, urgent: bool) -> None:
        """Plan pages of one track, in this order, before those that it has in the queue already."""
        if pages:
            self._stacks[urgent].setdefault(pages[0].track_slug, []).extend(reversed(pages))

    def take(self) -> PageId | None:
        """Remove and return the next page; None if the queue is empty."""
        for stacks in (self._stacks[True], self._stacks[False]):
            for track in stacks:
                stack = stacks.pop(track)
                page = stack.pop()
                if stack:
                    stacks[track] = stack
                return page
        return None
