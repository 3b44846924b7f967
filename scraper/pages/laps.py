"""The laps of a session page, which has them twice.

The visible list is ``div.laps_list > div > span``: ``Lap 1: 42.996``, the fastest with the class ``fast_lap``, an
invalid one with a trailing ``*``. The graph has a script with one object per lap, ``var lapsObj = [{"x":"1",
"lap_time":"42.996","date":"2025-10-25","time":"14:44:10",…,"is_valid":"1"},…];``. Both exist without a transponder too.
"""

import json
import re
from collections import defaultdict
from operator import itemgetter

import attrs

from scraper.pages.cells import Element, has_class, text_of, with_class
from scraper.pages.counts import read_count
from scraper.pages.scripts import array_in_script
from scraper.pages.unreadable_rows import UnreadableRow, read_each

_LABEL = re.compile(r"Lap ([^:]+):")
_TOO_MANY_LAPS = 1_000_000


@attrs.frozen
class Laps:
    """The laps by number, each the script's object with the text of its span as ``label``, and unreadable rows."""

    laps: list[dict[str, str]]
    fast_lap: str | None
    unreadable_rows: list[dict[str, str]]


def read_laps(root: Element) -> Laps:
    """Join the laps of the script with those of the list. A lap that only one of them has gets only its keys."""
    # On a damaged page one list may contain another, whose spans would then be found twice.
    lists = with_class("laps_list", "div", root)
    spans = dict.fromkeys(span for shown in lists for span in shown.iterdescendants("span"))
    labelled, unreadable = read_each(spans, _labelled_lap)
    try:
        plotted = array_in_script(root, "lapsObj") or []
    except UnreadableRow as error:
        plotted = []
        unreadable.append(error.as_payload())
    by_number = defaultdict(list)
    for lap in labelled:
        by_number[_lap_number(lap)].append(lap)
    numbered: list[tuple[int, dict[str, str]]] = []
    for lap in plotted:
        number = _lap_number(lap)
        if number is None:
            unreadable.append(UnreadableRow(json.dumps(lap, ensure_ascii=False), "no lap number").as_payload())
            continue
        if same_number := by_number.get(number):
            lap["label"] = same_number.pop(0)["label"]
        numbered.append((number, lap))
    numbered += [(number, lap) for number, unmatched in by_number.items() if number is not None for lap in unmatched]
    fast_lap = next((span for span in spans if has_class("fast_lap", span)), None)
    laps = [lap for _, lap in sorted(numbered, key=itemgetter(0))]
    return Laps(laps, None if fast_lap is None else text_of(fast_lap), unreadable)


def _labelled_lap(span: Element) -> dict[str, str]:
    label = text_of(span)
    lap = {"x": number[1], "label": label} if (number := _LABEL.match(label)) else {}
    if _lap_number(lap) is None:
        raise UnreadableRow(label, "no lap number")
    return lap


def _lap_number(lap: dict[str, str]) -> int | None:
    number = read_count(lap.get("x", ""))
    return number if number is not None and number < _TOO_MANY_LAPS else None
