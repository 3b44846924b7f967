"""One row of a list page::

    <td><a href="/practice/?p=view_session&id=900001">Ana Ruiz</a><br /><small>1/10 Open (9000013)</small></td>
    <td><div class="hidden">2025-10-25 16:36:38</div>4:36:38pm</td>
    <td data-sort="9">9<br />8:28</td>
    <td data-sort="34.746">Fast: 34.746<br />Avg: 56.437</td>

A session without laps has ``0<br />0:00`` and an empty last cell. Class and transponder remain one text here.
"""

import re
from collections.abc import Callable

from scraper.pages.cells import Element, folded, labelled_lines, lines_of, snake_cased, text_of, with_class
from scraper.pages.counts import read_count
from scraper.pages.html_tables import cells_by_column, row_text
from scraper.pages.links import session_id
from scraper.pages.unreadable_rows import UnreadableRow

_LAPS_AND_LENGTH = re.compile(r"([0-9].*) [0-9][0-9:]*")
_LAP_TIMES = re.compile(r"\b(Fast|Avg):")

KNOWN_COLUMNS: dict[str, Callable[[Element], bool]] = {
    "driver": lambda cell: _session_link(cell) is not None,
    "time": lambda cell: _started_at(cell) is not None,
    "laps": lambda cell: _number_before_length(text_of(cell)) is not None,
    "fast": lambda cell: _LAP_TIMES.search(text_of(cell)) is not None,
}
"""The columns that every list has: the name used here, and how a cell of the column is recognised."""


def session_columns(headings: list[str], rows: list[Element]) -> list[str]:
    """Return ``headings`` with the names used here for the known columns.

    A column is recognised by one of its cells, or else by the first word of its heading: on a day without a finished
    lap all cells under ``Fast / Avg`` are empty.
    """
    places = _recognised_places(rows)
    for place, heading in enumerate(headings):
        name = heading.split("_")[0]
        if name in KNOWN_COLUMNS and name not in places and place not in places.values():
            places[name] = place
    columns = [f"other_{heading}" if heading in KNOWN_COLUMNS else heading for heading in headings]
    for name, place in places.items():
        columns[place] = name
    return columns


def _recognised_places(rows: list[Element]) -> dict[str, int]:
    places: dict[str, int] = {}
    for row in rows:
        for place, cell in enumerate(row.iterchildren("td")):
            names = (
                name for name, is_recognised in KNOWN_COLUMNS.items() if name not in places and is_recognised(cell)
            )
            if place not in places.values() and (name := next(names, None)):
                places[name] = place
        if len(places) == len(KNOWN_COLUMNS):
            break
    return places


def listed_session(row: Element, columns: list[str]) -> dict[str, str]:
    """Return the fields of one row, unknown columns included.

    Raises :class:`UnreadableRow` for a row without a session id or start time.
    """
    cells = cells_by_column(row, columns)
    link = _session_link(cells["driver"])
    if link is None:
        raise UnreadableRow(row_text(row), "no link to a session")
    number = session_id(link.get("href", ""))
    if number is None:
        raise UnreadableRow(row_text(row), "no session id of 1 to 12 digits in the link to the session")
    hidden = _started_at(cells["time"])
    if hidden is None or not (started_at := text_of(hidden)):
        raise UnreadableRow(row_text(row), "no date and time of its start")
    laps, *length = lines_of(cells["laps"])
    session = {
        **_lap_times(cells["fast"]),
        "session_id": number,
        "driver": text_of(link),
        "started_at": started_at,
        "started_at_display": folded(_text_beside_children(cells["time"])),
        "laps": laps,
        "length": " ".join(length),
    }
    small = next(cells["driver"].iterdescendants("small"), None)
    if small is not None:
        session["class_and_transponder"] = text_of(small)
    for column in columns:
        if column not in KNOWN_COLUMNS:
            session[f"other_{column}" if column in session else column] = text_of(cells[column])
    return session


def _session_link(cell: Element) -> Element | None:
    for link in cell.iterdescendants("a"):
        if "view_session" in link.get("href", ""):
            return link
    return None


def _number_before_length(text: str) -> int | None:
    found = _LAPS_AND_LENGTH.fullmatch(text)
    return read_count(found[1]) if found else None


def _started_at(cell: Element) -> Element | None:
    return next(with_class("hidden", "div", cell), None)


def _text_beside_children(cell: Element) -> str:
    return (cell.text or "") + "".join(child.tail or "" for child in cell)


def _lap_times(cell: Element) -> dict[str, str]:
    labelled, without_label = labelled_lines(cell)
    times = {"fast": "", "avg": ""} | {snake_cased(label): value for label, value in labelled.items()}
    return times | ({"fast_avg": text_of(cell)} if without_label else {})
