"""Rows that cannot be read are kept as text, and the rest of their page is read."""

from collections.abc import Callable, Iterable

from scraper.pages.cells import Element

LONGEST_ROW = 500
"""Characters of a row's text that are kept."""


class UnreadableRow(Exception):
    """A row that lacks a required part, such as a session without its id. Raised and caught inside a page object."""

    def __init__(self, row: str, reason: str) -> None:
        super().__init__(row, reason)
        self.row = row
        self.reason = reason

    def as_payload(self) -> dict[str, str]:
        """Return the row's text and the reason, as they are in the payload."""
        return {"row": self.row[:LONGEST_ROW], "reason": self.reason}


def read_each(
    rows: Iterable[Element], read: Callable[[Element], dict[str, str]]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return what ``read`` returns for each row, and the rows for which it raised :class:`UnreadableRow`."""
    readable, unreadable = [], []
    for row in rows:
        try:
            readable.append(read(row))
        except UnreadableRow as error:
            unreadable.append(error.as_payload())
    return readable, unreadable
