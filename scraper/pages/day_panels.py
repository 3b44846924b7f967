"""The panels of a list page next to the list: statistics, fastest laps, laps by class.

``Practice Stats for …`` is a table of ``th`` label and ``td`` value; its ``Time Range`` has two labelled lines.
``Practice Leaderboard for …`` has a row ``Overall Fastest``,
``<a href="…id=…">23.423</a> (<small>Name</small>)<br /><small>Class</small>``, then one per class,
``<a href="…id=…">23.704</a> <small>(Name)</small>``. The laps by class are a chart with the script
``var data = [{"label":"1\\/10 Open","data":221},…];``.
"""

from typing import Generic, TypeVar

import attrs
from lxml.etree import XPath

from scraper.pages.cells import Element, labelled_lines, snake_cased, text_of
from scraper.pages.html_tables import with_labels
from scraper.pages.links import session_id
from scraper.pages.liverc_page import find_panel
from scraper.pages.scripts import array_in_script

SESSIONS, STATS, LEADERBOARD = "Practice Sessions on", "Practice Stats for", "Practice Leaderboard for"
"""The first words of the headings of a list page's panels."""

Content = TypeVar("Content")

_TEXT_BEFORE = XPath("string(preceding-sibling::text()[1])", smart_strings=False)


@attrs.frozen
class Read(Generic[Content]):
    """What a panel says, and the elements that it was read from."""

    content: Content
    elements: list[Element] = attrs.field(factory=list)


def stats(root: Element) -> Read[dict[str, str] | None]:
    """Return the day's statistics by snake-cased label, among them ``first_session`` and ``last_session``.

    Of a label that is printed twice the first is read.
    """
    panel = find_panel(root, STATS)
    if panel is None:
        return Read(None)
    found: dict[str, str] = {}
    elements = []
    for label, cell in with_labels(panel.cells()):
        if label == "Laps-by-Class":  # the chart: see laps_by_class()
            continue
        labelled, without_label = labelled_lines(cell) if label == "Time Range" else ({}, [text_of(cell)])
        values = {snake_cased(line): value for line, value in labelled.items()}
        if without_label:
            values[snake_cased(label)] = text_of(cell)
        if not values.keys() & found.keys():
            found |= values
            elements += [cell, _label_of(cell)]
    return Read(found, elements)


def leaderboard(root: Element) -> Read[list[dict[str, str]] | None]:
    """Return rows of ``label``, ``session_id``, ``time``, ``driver`` and, for the overall fastest, ``class``."""
    panel = find_panel(root, LEADERBOARD)
    if panel is None:
        return Read(None)
    laps = [_fastest_lap(label, cell) for label, cell in with_labels(panel.cells())]
    return Read([lap.content for lap in laps], [element for lap in laps for element in lap.elements])


def laps_by_class(root: Element) -> list[dict[str, str]] | None:
    """Return rows of ``label``, which is the class, and ``laps``. Raises :class:`UnreadableRow` for another script."""
    counts = array_in_script(root, "data")
    if counts is None:
        return None
    return [{"laps" if key == "data" else key: value for key, value in count.items()} for count in counts]


def _fastest_lap(label: str, cell: Element) -> Read[dict[str, str]]:
    row = {"label": label}
    link = next((link for link in cell.iterdescendants("a") if "href" in link.attrib), None)
    # Without a link the whole cell is kept, so that a lap time in another layout is not passed over.
    if time := text_of(cell if link is None else link):
        row["time"] = time
    if link is not None and (number := session_id(link.get("href", ""))):
        row["session_id"] = number
    driver_and_class = list(cell.iterdescendants("small"))[:2]
    if driver_and_class:
        row["driver"] = _without_brackets(driver_and_class[0])
    if len(driver_and_class) > 1:
        row["class"] = text_of(driver_and_class[1])
    return Read(row, [_label_of(cell), *([cell] if link is None else [link, *driver_and_class])])


def _label_of(cell: Element) -> Element:
    return next(cell.itersiblings("th", preceding=True))


def _without_brackets(small: Element) -> str:
    """Return the name in ``(<small>Name</small>)`` or ``<small>(Name)</small>``; brackets within it are kept."""
    name = text_of(small)
    brackets_are_outside = _TEXT_BEFORE(small).rstrip().endswith("(")
    if not brackets_are_outside and name.startswith("(") and name.endswith(")"):
        return name[1:-1].strip()
    return name
