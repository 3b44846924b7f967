"""Rows that cannot be read: reported one by one, while the rest of their page is kept."""

from collections.abc import Callable, Iterable

from scraper.pages.cells import Element

LONGEST_ROW = 500
"""Characters of a row's text that are kept."""


class UnreadableRow(Exception):
    """A row without what makes it one, such as a session without its id. Raised and caught inside a page."""

    def __init__(self, row: str, reason: str) -> None:
        super().__init__(row, reason)
        self.row = row
        self.reason = reason

    def as_payload(self) -> dict[str, str]:
        """The row's text and the reason, as the payload keeps them."""
        return {"row": self.row[:LONGEST_ROW], "reason": self.reason}


def read_each(
    rows: Iterable[Element], read: Callable[[Element], dict[str, str]]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What ``read`` makes of each row, and apart from it the rows where it raised :class:`UnreadableRow`."""
    readable, unreadable = [], []
    for row in rows:
        try:
            readable.append(read(row))
        except UnreadableRow as error:
            unreadable.append(error.as_payload())
    return readable, unreadable
