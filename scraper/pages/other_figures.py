"""Figures that a page prints and its page object does not read, so that none is passed over in silence.

A figure is a line of text in the content of the page, as a row of a table, a paragraph or the heading of a panel, that
has a digit and, in the line or in the heading above it, a word for what the site counts. So opening hours and the
weather are no figures. Neither are dates, nor what no total is written in: forms, scripts, hidden elements, the numbers
of pages. Navigation and footer are outside the content.
"""

import re
from collections.abc import Container

import attrs
from lxml.etree import iterwalk

from scraper.pages.cells import Element, folded, has_class, text_of
from scraper.pages.headings import without_dates
from scraper.pages.liverc_page import content
from scraper.pages.unreadable_rows import LONGEST_ROW

MOST_FIGURES = 20
"""Figures of one page that are kept; the last one then says how many more there are."""

_LONGEST_PANEL = 100
_DIGIT = re.compile("[0-9]")
_COUNTED = re.compile(
    r"\b(?:totals?|sessions?|laps?|drivers?|racers?|entries|class(?:es)?|transponders?|track time|best|fastest|slowest"
    r"|average|avg|most)\b",
    re.IGNORECASE,
)
_WITHIN_A_LINE = frozenset(
    ("a", "b", "br", "em", "i", "label", "small", "span", "strong", "sub", "sup", "td", "th", "u")
)
_WITH_A_SPACE = frozenset(("br", "td", "th"))
_NO_FIGURES = frozenset(
    ("button", "footer", "h1", "iframe", "input", "nav", "noscript", "script", "select", "style", "svg", "textarea")
)
_CLASSES_WITHOUT_FIGURES = ("hidden", "pagination")


def other_figures(
    root: Element, read: Container[Element], panels_of_other_pages: tuple[str, ...] = ()
) -> list[dict[str, str]]:
    """Return ``panel``, the heading above it or "", and ``text`` of each line with a figure outside ``read``.

    Panels whose headings begin with one of ``panels_of_other_pages`` are left out: they are read from other pages.
    """
    wrapper = content(root)
    if wrapper is None:
        return []
    lines = _Walk(read).lines_of(wrapper)
    found = [
        {"panel": line.panel[:_LONGEST_PANEL], "text": line.text[:LONGEST_ROW]}
        for line in lines
        if not (panels_of_other_pages and line.panel.startswith(panels_of_other_pages))
    ]
    if len(found) > MOST_FIGURES:
        more = len(found) - MOST_FIGURES + 1
        return [*found[: MOST_FIGURES - 1], {"panel": "", "text": f"and {more} more lines"}]
    return found


@attrs.frozen
class _Line:
    panel: str
    text: str


@attrs.define
class _Walk:
    """Gathers the lines of an element. What is read gives a line its context, and is no figure of it."""

    read: Container[Element]
    _lines: list[_Line] = attrs.field(factory=list, init=False)
    _panels: list[str] = attrs.field(factory=lambda: [""], init=False)
    _text: str = attrs.field(default="", init=False)
    _unread: str = attrs.field(default="", init=False)

    def lines_of(self, wrapper: Element) -> list[_Line]:
        """Return the lines with a figure, in page order."""
        walk = iterwalk(wrapper, events=("start", "end", "comment", "pi"))
        left_out = None
        for event, element in walk:
            if event == "start" and (_has_no_figures(element) or element in self.read):
                walk.skip_subtree()
                left_out = element
                if element in self.read:
                    self._add_read(element)
            elif event == "start":
                self._start(element)
            elif event == "end" and element is not left_out:
                self._end(element)
            if event != "start" and element is not wrapper:
                self._add(element.tail)
        self._end_line()
        return self._lines

    def _add_read(self, element: Element) -> None:
        if element.tag in _WITHIN_A_LINE:
            self._text += f" {text_of(element)}" if element.tag in _WITH_A_SPACE else text_of(element)
        else:
            self._end_line()

    def _start(self, element: Element) -> None:
        if element.tag not in _WITHIN_A_LINE:
            self._end_line()
        elif element.tag in _WITH_A_SPACE:
            self._add(" ")
        if has_class("panel", element):
            self._panels.append(self._panels[-1])
        if has_class("panel-heading", element):
            self._panels[-1] = text_of(element)
        self._add(element.text)

    def _end(self, element: Element) -> None:
        if element.tag not in _WITHIN_A_LINE:
            self._end_line()
        if has_class("panel", element):
            self._panels.pop()

    def _end_line(self) -> None:
        panel = self._panels[-1]
        if _DIGIT.search(without_dates(self._unread)) and _COUNTED.search(f"{panel} {self._text}"):
            self._lines.append(_Line(panel, folded(self._text)))
        self._text = self._unread = ""

    def _add(self, text: str | None) -> None:
        self._text += text or ""
        self._unread += text or ""


def _has_no_figures(element: Element) -> bool:
    return element.tag in _NO_FIGURES or any(has_class(name, element) for name in _CLASSES_WITHOUT_FIGURES)
