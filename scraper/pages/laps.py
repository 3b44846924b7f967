"""The laps of a session page, which shows them twice.

For eyes in ``div.laps_list > div > span``: ``Lap 1: 42.996``, the fastest with the class ``fast_lap``, an invalid one
with a trailing ``*``. For the graph in a script, ``var lapsObj = [{"x":"1","lap_time":"42.996","date":"2025-10-25",
"time":"14:44:10",…,"is_valid":"1"},…];`` with one object per lap. Neither needs a transponder.
"""

import json
import re
from collections import defaultdict

import attrs

from scraper.pages.cells import Element, has_class, text_of, with_class
from scraper.pages.scripts import array_in_script
from scraper.pages.unreadable_rows import UnreadableRow, read_each

_LABEL = re.compile(r"Lap ([0-9]{1,6}):")
_NUMBER = re.compile(r"[0-9]{1,6}")


@attrs.frozen
class Laps:
    """The laps by number, each the script's object with the text of its span as ``label``, and what was no lap."""

    laps: list[dict[str, str]]
    fast_lap: str | None
    unreadable_rows: list[dict[str, str]]


def read_laps(root: Element) -> Laps:
    """Pair the laps of the script with those of the list. A lap that only one of them shows has only its keys."""
    # A list within a list, which only a disfigured page has, would show its spans twice.
    lists = with_class("laps_list", "div", root)
    spans = dict.fromkeys(span for shown in lists for span in shown.iterdescendants("span"))
    labelled, unreadable = read_each(spans, _labelled_lap)
    try:
        plotted = array_in_script(root, "lapsObj") or []
    except UnreadableRow as error:
        plotted = []
        unreadable.append(error.as_payload())
    twins = defaultdict(list)
    for lap in labelled:
        twins[int(lap["x"])].append(lap)
    laps = []
    for lap in plotted:
        if not _NUMBER.fullmatch(lap.get("x", "")):
            unreadable.append(UnreadableRow(json.dumps(lap, ensure_ascii=False), "no lap number").as_payload())
            continue
        if twins_of_lap := twins.get(int(lap["x"])):
            lap["label"] = twins_of_lap.pop(0)["label"]
        laps.append(lap)
    laps += [lap for left_over in twins.values() for lap in left_over]
    fast_lap = next((span for span in spans if has_class("fast_lap", span)), None)
    return Laps(
        sorted(laps, key=lambda lap: int(lap["x"])), None if fast_lap is None else text_of(fast_lap), unreadable
    )


def _labelled_lap(span: Element) -> dict[str, str]:
    label = text_of(span)
    if not (number := _LABEL.match(label)):
        raise UnreadableRow(label, "no lap number")
    return {"x": number[1], "label": label}
