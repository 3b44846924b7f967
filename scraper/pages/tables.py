"""Cells of tables, found by what stands in their headings and never by where they stand."""

from collections.abc import Iterator

from lxml.etree import XPath
from lxml.html import HtmlElement

from scraper.pages.cells import folded, snake_cased, text_of
from scraper.pages.unreadable_rows import UnreadableRow

_LABELLED_CELLS = XPath("descendant::td[preceding-sibling::*[1][self::th]]")
_LABEL = XPath("preceding-sibling::th[1]")


def labelled_cells(element: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """Label and ``td`` of every ``<th>label</th><td>…</td>`` in ``element``."""
    for cell in _LABELLED_CELLS(element):
        yield text_of(_LABEL(cell)[0]), cell


def row_text(row: HtmlElement) -> str:
    """The text of a whole row, a space between its cells."""
    return folded(" ".join(text_of(cell) for cell in row.iterchildren("th", "td")))


def column_keys(heading_row: HtmlElement) -> list[str]:
    """The headings of a row of ``th`` as distinct keys: ``Laps<br />Length`` becomes ``laps_length``.

    A row of ``td`` gives keys without a meaning: a table without headings has columns all the same.
    """
    keys: list[str] = []
    for number, heading in enumerate(heading_row.iterchildren("th", "td"), start=1):
        key = (snake_cased(text_of(heading)) if heading.tag == "th" else "") or "column"
        keys.append(f"{key}_{number}" if key in keys else key)
    return keys


def cells_by_column(row: HtmlElement, columns: list[str]) -> dict[str, HtmlElement]:
    """The cells of ``row`` by their column. Raises :class:`UnreadableRow` when there are more or fewer than columns."""
    cells = list(row.iterchildren("td"))
    if len(cells) != len(columns):
        raise UnreadableRow(row_text(row), f"{len(cells)} cells under {len(columns)} column headings")
    return dict(zip(columns, cells, strict=True))
