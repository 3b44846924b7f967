"""Session page, ``/practice/?p=view_session&id=N``: one session and its laps.

The first ``table.table`` has a ``th`` label and a ``td`` value per row. ``Session Time`` and ``Averages`` contain
labelled lines, ``Valid Lap Range`` a note in ``small``, which is left out. The laps follow (``laps``). The page does
not contain its own session id.
"""

import re
from functools import cached_property
from typing import Any

import attrs
from lxml.etree import XPath

from scraper.pages.cells import Element, folded, labelled_lines, text_of, with_class
from scraper.pages.counts import read_count
from scraper.pages.html_tables import labelled_cells
from scraper.pages.laps import Laps, read_laps
from scraper.pages.liverc_page import changed_layout, content, open_page, track_name
from scraper.pages.page_error import PageError, PageErrorKind

_OUTSIDE_NOTES = XPath("descendant::text()[not(ancestor::small)]", smart_strings=False)

_NEEDED_LABELS = ("Driver", "Class", "Session Time", "Num Laps")
_CELLS = {
    "Driver": "driver",
    "Class": "class",
    "Transponder": "transponder",
    "Num Laps": "num_laps",
    "Fastest Lap": "fastest_lap",
    "Top 3 Consec": "top_3_consec",
}
_LINES = {
    "Session Time": {"Date": "date", "Start": "start", "End": "end", "Length of Session": "length"},
    "Averages": {
        "Avg": "avg",
        "Top 5": "top_5",
        "Top 10": "top_10",
        "Top 15": "top_15",
        "Std Deviation": "std_deviation",
        "Consistency": "consistency",
    },
}


@attrs.frozen
class SessionPage:
    """One session. Raises :class:`PageError` if the page is no session page."""

    root: Element = attrs.field(converter=open_page, alias="html", repr=False)

    def __attrs_post_init__(self) -> None:
        for label in _NEEDED_LABELS:
            if label not in self._cells:
                raise changed_layout(self.root, f'no row "{label}" in the first table.table')

    @property
    def track_name(self) -> str:
        """The track's name."""
        return track_name(self.root)

    @cached_property
    def facts(self) -> dict[str, str]:
        """Driver, class, transponder and lap figures: the rows with one value that the page has."""
        facts = {key: text_of(self._cells[label]) for label, key in _CELLS.items() if label in self._cells}
        if "Valid Lap Range" in self._cells:
            facts["valid_lap_range"] = folded("".join(_OUTSIDE_NOTES(self._cells["Valid Lap Range"])))
        return facts

    @property
    def session_time(self) -> dict[str, str]:
        """The track's wall clock: ``date``, ``start``, ``end``, which may be past midnight, and ``length``."""
        return self._session_time[0]

    @property
    def averages(self) -> dict[str, str]:
        """Averages in seconds, standard deviation and consistency; "" where there are too few laps."""
        return self._averages[0]

    @property
    def other_fields(self) -> dict[str, str]:
        """Values with unknown labels, by label."""
        known = {*_CELLS, *_LINES, "Valid Lap Range"}
        other = {label: text_of(cell) for label, cell in self._cells.items() if label not in known}
        return other | self._session_time[1] | self._averages[1]

    @property
    def laps(self) -> list[dict[str, str]]:
        """The laps by number, invalid ones included.

        Raises :class:`PageError` if the page shows fewer laps than it counts: the others would count as removed.
        """
        printed = self.facts["num_laps"]
        counted = read_count(printed)
        shown = len(self._laps.laps)
        is_short = counted is not None and shown < counted and not self._laps.unreadable_rows
        if is_short or (not shown and re.search("[1-9]", printed)):
            reason = f"the page shows {shown} laps, but Num Laps is {printed[:100]}"
            raise PageError(PageErrorKind.CONTRADICTION, reason)
        return self._laps.laps

    @property
    def fast_lap(self) -> str | None:
        """The lap that the page marks as the fastest, ``Lap 1: 42.996``."""
        return self._laps.fast_lap

    @property
    def unreadable_rows(self) -> list[dict[str, str]]:
        """Entries among the laps that are no laps, each with its text and the reason."""
        return self._laps.unreadable_rows

    def payload(self) -> dict[str, Any]:
        """Return all fields of the page. Raises :class:`PageError` if the page contradicts itself."""
        payload: dict[str, Any] = {
            "track_name": self.track_name,
            **self.facts,
            **self.session_time,
            **self.averages,
            "laps": self.laps,
        }
        if self.fast_lap is not None:
            payload["fast_lap"] = self.fast_lap
        if other_fields := self.other_fields:
            payload["other_fields"] = other_fields
        if self.unreadable_rows:
            payload["unreadable_rows"] = self.unreadable_rows
        return payload

    @cached_property
    def _cells(self) -> dict[str, Element]:
        wrapper = content(self.root)
        table = None if wrapper is None else next(with_class("table", "table", wrapper), None)
        return {} if table is None else dict(labelled_cells(table))

    @cached_property
    def _laps(self) -> Laps:
        return read_laps(self.root)

    @cached_property
    def _session_time(self) -> tuple[dict[str, str], dict[str, str]]:
        return self._lines("Session Time")

    @cached_property
    def _averages(self) -> tuple[dict[str, str], dict[str, str]]:
        return self._lines("Averages")

    def _lines(self, label: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the known lines of a cell by the payload's keys, and its other lines by the page's labels."""
        if label not in self._cells:
            return {}, {}
        labelled, without_label = labelled_lines(self._cells[label])
        keys = _LINES[label]
        known = {keys[line]: value for line, value in labelled.items() if line in keys}
        other = {line: value for line, value in labelled.items() if line not in keys}
        return known, other | ({label: text_of(self._cells[label])} if without_label else {})
