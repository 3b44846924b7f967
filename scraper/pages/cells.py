"""Text of HTML elements: the page's own, with white space folded."""

import re
from functools import lru_cache

from lxml.etree import XPath
from lxml.html import HtmlElement

_TEXT_AND_BREAKS = XPath("descendant::text()[not(parent::script)] | descendant::br", smart_strings=False)
_LABELLED_LINE = re.compile(r"([^\W\d][^:]*):(.*)", re.DOTALL)


def has_class(name: str) -> str:
    """The XPath condition that an element has the class ``name``, among others or alone."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


def folded(text: str) -> str:
    """``text`` stripped, every run of white space in it one space."""
    return " ".join(text.split())


def text_of(element: HtmlElement) -> str:
    """All the text in ``element``, without scripts. A ``<br>`` is a space."""
    if len(element) == 0:  # most elements, and much faster than the XPath
        return folded(element.text or "")
    return folded(" ".join(lines_of(element)))


def lines_of(element: HtmlElement) -> list[str]:
    """The text of ``element`` line by line, as ``<br>`` divides it. Blank lines count; at least one is returned."""
    lines = [""]
    for part in _TEXT_AND_BREAKS(element):
        if isinstance(part, str):
            lines[-1] += part
        else:
            lines.append("")
    return [folded(line) for line in lines]


def labelled_lines(element: HtmlElement) -> tuple[dict[str, str], list[str]]:
    """The lines ``Label: value`` of ``element`` by label, and the lines that have no label, such as a bare clock."""
    labelled: dict[str, str] = {}
    without_label: list[str] = []
    for line in lines_of(element):
        if found := _LABELLED_LINE.fullmatch(line):
            labelled.setdefault(found[1].strip(), found[2].strip())
        elif line:
            without_label.append(line)
    return labelled, without_label


@lru_cache(maxsize=256)  # the same few labels come in every row
def snake_cased(label: str) -> str:
    """``Total Track Time`` as the key ``total_track_time``."""
    return re.sub(r"\W+", "_", label.casefold()).strip("_")
