"""The laps of a session page, which shows them twice.

For eyes in ``div.laps_list > div > span``: ``Lap 1: 42.996``, the fastest with the class ``fast_lap``, an invalid one
with a trailing ``*``. For the graph in a script, ``var lapsObj = [{"x":"1","lap_time":"42.996","date":"2025-10-25",
"time":"14:44:10",…,"is_valid":"1"},…];`` with one object per lap. Neither needs a transponder.
"""

import json
import re

import attrs
from lxml.etree import XPath
from lxml.html import HtmlElement

from scraper.pages.cells import has_class, text_of
from scraper.pages.scripts import array_in_script
from scraper.pages.unreadable_rows import UnreadableRow, read_each

_SPANS = XPath(f"descendant::div[{has_class('laps_list')}]/descendant::span")
_FAST_LAP = XPath(f"descendant::div[{has_class('laps_list')}]/descendant::span[{has_class('fast_lap')}]")
_LABEL = re.compile(r"Lap ([0-9]{1,6}):")
_NUMBER = re.compile(r"[0-9]{1,6}")


@attrs.frozen
class Laps:
    """The laps by number, each the script's object with the text of its span as ``label``, and what was no lap."""

    laps: list[dict[str, str]]
    fast_lap: str | None
    unreadable_rows: list[dict[str, str]]


def read_laps(root: HtmlElement) -> Laps:
    """Pair the laps of the script with those of the list. A lap that only one of them shows has only its keys."""
    labelled, unreadable = read_each(_SPANS(root), _labelled_lap)
    try:
        plotted = array_in_script(root, "lapsObj") or []
    except UnreadableRow as error:
        plotted = []
        unreadable.append(error.as_payload())
    laps = []
    for lap in plotted:
        if not _NUMBER.fullmatch(lap.get("x", "")):
            unreadable.append(UnreadableRow(json.dumps(lap, ensure_ascii=False), "no lap number").as_payload())
            continue
        twin = next((other for other in labelled if int(other["x"]) == int(lap["x"])), None)
        if twin:
            labelled.remove(twin)
            lap["label"] = twin["label"]
        laps.append(lap)
    laps = sorted(laps + labelled, key=lambda lap: int(lap["x"]))
    fast_lap = _FAST_LAP(root)
    return Laps(laps, text_of(fast_lap[0]) if fast_lap else None, unreadable)


def _labelled_lap(span: HtmlElement) -> dict[str, str]:
    label = text_of(span)
    if not (number := _LABEL.match(label)):
        raise UnreadableRow(label, "no lap number")
    return {"x": number[1], "label": label}
