"""One row of a day list::

    <td><a href="/practice/?p=view_session&id=900001">Ana Ruiz</a><br /><small>1/10 Open (9000013)</small></td>
    <td><div class="hidden">2025-10-25 16:36:38</div>4:36:38pm</td>
    <td data-sort="9">9<br />8:28</td>
    <td data-sort="34.746">Fast: 34.746<br />Avg: 56.437</td>

A session without laps says ``0<br />0:00`` and has an empty last cell. Class and transponder stay one text here.
"""

import re
from collections.abc import Callable

from lxml.etree import XPath
from lxml.html import HtmlElement

from scraper.pages.cells import folded, has_class, labelled_lines, lines_of, snake_cased, text_of
from scraper.pages.links import session_id
from scraper.pages.tables import cells_by_column, row_text
from scraper.pages.unreadable_rows import UnreadableRow

_SESSION_LINK = XPath("descendant::a[contains(@href, 'view_session')]")
_CLASS = XPath("descendant::small")
_STARTED_AT = XPath(f"descendant::div[{has_class('hidden')}]")
_CLOCK = XPath("child::text()", smart_strings=False)
_LAPS_AND_LENGTH = re.compile(r"[0-9]+ [0-9][0-9:]*")
_LAP_TIMES = re.compile(r"\b(Fast|Avg):")

KNOWN_COLUMNS: dict[str, Callable[[HtmlElement], bool]] = {
    "driver": lambda cell: bool(_SESSION_LINK(cell)),
    "time": lambda cell: bool(_STARTED_AT(cell)),
    "laps": lambda cell: _LAPS_AND_LENGTH.fullmatch(text_of(cell)) is not None,
    "fast": lambda cell: _LAP_TIMES.search(text_of(cell)) is not None,
}
"""Every list has these columns: the name used here, and the mark of its cells."""


def session_columns(headings: list[str], rows: list[HtmlElement]) -> list[str]:
    """``headings``, with the known columns under the names used here.

    A column is known by the mark of its cells, or else by the first word of its heading: a day on which nobody finished
    a lap has only empty cells under ``Fast / Avg``.
    """
    places = _marked_places(rows)
    for place, heading in enumerate(headings):
        name = heading.split("_")[0]
        if name in KNOWN_COLUMNS and name not in places and place not in places.values():
            places[name] = place
    columns = [f"other_{heading}" if heading in KNOWN_COLUMNS else heading for heading in headings]
    for name, place in places.items():
        columns[place] = name
    return columns


def _marked_places(rows: list[HtmlElement]) -> dict[str, int]:
    places: dict[str, int] = {}
    for row in rows:
        for place, cell in enumerate(row.iterchildren("td")):
            marked = (name for name, has_mark in KNOWN_COLUMNS.items() if name not in places and has_mark(cell))
            if place not in places.values() and (name := next(marked, None)):
                places[name] = place
        if len(places) == len(KNOWN_COLUMNS):
            break
    return places


def listed_session(row: HtmlElement, columns: list[str]) -> dict[str, str]:
    """The fields of one row, columns that are not known included.

    Raises :class:`UnreadableRow` for a row without a session id or without the time of its start.
    """
    cells = cells_by_column(row, columns)
    links = _SESSION_LINK(cells["driver"])
    if not links:
        raise UnreadableRow(row_text(row), "no link to a session")
    number = session_id(links[0].get("href"))
    if number is None:
        raise UnreadableRow(row_text(row), "no session id of 1 to 12 digits in the link to the session")
    started_at = _STARTED_AT(cells["time"])
    if not started_at or not text_of(started_at[0]):
        raise UnreadableRow(row_text(row), "no date and time of its start")
    laps, *length = lines_of(cells["laps"])
    session = {
        **_lap_times(cells["fast"]),
        "session_id": number,
        "driver": text_of(links[0]),
        "started_at": text_of(started_at[0]),
        "started_at_display": folded("".join(_CLOCK(cells["time"]))),
        "laps": laps,
        "length": " ".join(length),
    }
    if class_and_transponder := _CLASS(cells["driver"]):
        session["class_and_transponder"] = text_of(class_and_transponder[0])
    for column in columns:
        if column not in KNOWN_COLUMNS:
            session[f"other_{column}" if column in session else column] = text_of(cells[column])
    return session


def _lap_times(cell: HtmlElement) -> dict[str, str]:
    labelled, without_label = labelled_lines(cell)
    times = {"fast": "", "avg": ""} | {snake_cased(label): value for label, value in labelled.items()}
    return times | ({"fast_avg": text_of(cell)} if without_label else {})
