"""Text of HTML elements, with white space folded."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from lxml.etree import XPath, _Element

# Plain lxml elements: the methods of lxml.html's elements are not needed, and cost a look-up per element.
Element: TypeAlias = _Element

_TEXT_AND_BREAKS = XPath("descendant::text()[not(parent::script)] | descendant::br", smart_strings=False)
_LABELLED_LINE = re.compile(r"([^\W\d][^:]*):(.*)", re.DOTALL)
_BETWEEN_CLASSES = re.compile("[ \t\r\n]+")


def has_class(name: str, element: Element) -> bool:
    """Return whether the element has the class ``name``, alone or among others."""
    classes = element.get("class", "")
    return name in classes and name in _BETWEEN_CLASSES.split(classes)


def with_class(name: str, tag: str, within: Element) -> Iterator[Element]:
    """Yield the elements ``tag`` within an element that have the class ``name``, in page order."""
    for element in within.iterdescendants(tag):
        if has_class(name, element):
            yield element


def folded(text: str) -> str:
    """Return ``text`` stripped, with a single space for every run of white space."""
    return " ".join(text.split())


def text_of(element: Element) -> str:
    """Return all text in ``element`` except scripts. A ``<br>`` becomes a space."""
    if len(element) == 0:
        return folded(element.text or "")
    return folded(" ".join(_lines(element)))


def lines_of(element: Element) -> list[str]:
    """Return the text of ``element`` by line, split at ``<br>``: at least one line, blank ones included."""
    return [folded(line) for line in _lines(element)]


def _lines(element: Element) -> list[str]:
    lines = [element.text or ""]
    for child in element:
        if len(child):  # rare, and the only case that needs an XPath, which takes several times as long
            return _lines_at_any_depth(element)
        if child.tag == "br":
            lines.append("")
        elif child.tag != "script" and isinstance(child.tag, str):  # a comment has a function for a tag
            lines[-1] += child.text or ""
        lines[-1] += child.tail or ""
    return lines


def _lines_at_any_depth(element: Element) -> list[str]:
    lines = [""]
    for part in _TEXT_AND_BREAKS(element):
        if isinstance(part, str):
            lines[-1] += part
        else:
            lines.append("")
    return lines


def labelled_lines(element: Element) -> tuple[dict[str, str], list[str]]:
    """Return the lines ``Label: value`` of ``element`` by label, and its other lines, such as a bare clock."""
    labelled: dict[str, str] = {}
    without_label: list[str] = []
    for line in lines_of(element):
        if found := _LABELLED_LINE.fullmatch(line):
            labelled.setdefault(found[1].strip(), found[2].strip())
        elif line:
            without_label.append(line)
    return labelled, without_label


@lru_cache(maxsize=256)  # every row has the same few labels
def snake_cased(label: str) -> str:
    """Turn ``Total Track Time`` into the key ``total_track_time``."""
    return re.sub(r"\W+", "_", label.casefold()).strip("_")
