"""Cells of tables, found by their headings and never by their position."""

from collections.abc import Iterable, Iterator

from scraper.pages.cells import Element, folded, snake_cased, text_of
from scraper.pages.unreadable_rows import UnreadableRow


def labelled_cells(element: Element) -> Iterator[tuple[str, Element]]:
    """Yield label and ``td`` of every ``<th>label</th><td>…</td>`` in ``element``."""
    yield from with_labels(element.iterdescendants("td"))


def with_labels(cells: Iterable[Element]) -> Iterator[tuple[str, Element]]:
    """Yield label and cell of each ``td`` that follows a ``th``."""
    for cell in cells:
        before = next(cell.itersiblings("*", preceding=True), None)
        if before is not None and before.tag == "th":
            yield text_of(before), cell


def row_text(row: Element) -> str:
    """Return the text of a row, with a space between its cells."""
    return folded(" ".join(text_of(cell) for cell in row.iterchildren("th", "td")))


def column_keys(heading_row: Element) -> list[str]:
    """Return the headings of a row of ``th`` as distinct keys: ``Laps<br />Length`` becomes ``laps_length``.

    A row of ``td`` gives keys without a meaning, for a table without headings.
    """
    keys: list[str] = []
    for number, heading in enumerate(heading_row.iterchildren("th", "td"), start=1):
        key = (snake_cased(text_of(heading)) if heading.tag == "th" else "") or "column"
        keys.append(f"{key}_{number}" if key in keys else key)
    return keys


def cells_by_column(row: Element, columns: list[str]) -> dict[str, Element]:
    """Return the cells of ``row`` by column. Raises :class:`UnreadableRow` if their numbers differ."""
    cells = list(row.iterchildren("td"))
    if len(cells) != len(columns):
        raise UnreadableRow(row_text(row), f"{len(cells)} cells under {len(columns)} column headings")
    return dict(zip(columns, cells, strict=True))
