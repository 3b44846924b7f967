"""List page, ``/practice/?p=session_list&d=YYYY-MM-DD``: every session of one day.

``h5.page-header`` and the panel ``Practice Sessions on …`` both name the day. The panel contains
``table.practice_session_list``, with ``thead`` and ``tfoot`` before ``tbody``, newest session first, all rows in the
HTML. Its columns are recognised by the content of their cells (``listed_session``), not by their headings. A day
without sessions has a sentence instead of the table; the page of a track without practice may have no panel either.
Other panels show the day's statistics (``day_panels``); any other figure is kept as text (``other_figures``).

A day counts as empty only if all parts of the page agree, because sessions that a list no longer shows count as
removed.
"""

import re
from functools import cached_property, partial
from typing import Any

import attrs
from lxml.etree import XPath

from scraper.pages import day_panels
from scraper.pages.cells import Element, text_of, with_class
from scraper.pages.counts import read_count
from scraper.pages.headings import day_in_heading
from scraper.pages.html_tables import column_keys, row_text
from scraper.pages.listed_session import KNOWN_COLUMNS, listed_session, session_columns
from scraper.pages.liverc_page import (
    Panel,
    changed_layout,
    content,
    date_heading,
    find_panel,
    open_page,
    says_no_practice,
    track_name,
)
from scraper.pages.other_figures import other_figures
from scraper.pages.page_error import PageError, PageErrorKind
from scraper.pages.unreadable_rows import UnreadableRow, read_each

NO_SESSIONS = "There are no practice sessions available for the given date."

_HEADING_ROWS = XPath("child::thead/tr[th]")
_SESSION_ROWS = XPath("child::tbody/tr")
_ROWS_OF_HEADINGS = XPath("child::thead/tr | child::tfoot/tr")


@attrs.frozen
class DayListPage:
    """The sessions of one day at a track. ``date`` is the requested day, ``YYYY-MM-DD``.

    Raises :class:`PageError` if the page is no list page, or is of another day.
    """

    root: Element = attrs.field(converter=open_page, alias="html", repr=False)
    date: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        for heading in (self.date_heading, self._panel.about):
            shown = day_in_heading(heading)
            if shown is None:
                raise changed_layout(self.root, f'no date in the heading "{heading[:100]}"')
            if shown != self.date:
                raise PageError(PageErrorKind.OTHER_DATE, f"the page is of {shown} instead of {self.date}")

    @property
    def track_name(self) -> str:
        """The track's name."""
        return track_name(self.root)

    @cached_property
    def date_heading(self) -> str:
        """The day as the page prints it, ``October 25, 2025 (Saturday)``."""
        heading = date_heading(self.root)
        if heading is None:
            raise changed_layout(self.root, "no h5.page-header with the date")
        return heading

    @property
    def sessions(self) -> list[dict[str, str]]:
        """The listed sessions, in page order. Empty only if the page says that there are none."""
        return self._rows[0]

    @cached_property
    def stats(self) -> dict[str, str] | None:
        """The day's statistics, None without the panel."""
        return self._stats.content

    @property
    def leaderboard(self) -> list[dict[str, str]] | None:
        """The fastest laps, overall and per class, None without the panel."""
        return self._leaderboard.content

    @property
    def laps_by_class(self) -> list[dict[str, str]] | None:
        """Laps per class from the chart's script, None without it."""
        return self._laps_by_class[0]

    @property
    def unreadable_rows(self) -> list[dict[str, str]]:
        """Session rows and scripts that cannot be read, each with its text and the reason."""
        return self._rows[1] + self._laps_by_class[1] + self._missing_rows

    @property
    def other_figures(self) -> list[dict[str, str]]:
        """Figures that none of the other fields has, each with its ``panel`` and ``text``."""
        read = {*self._stats.elements, *self._leaderboard.elements}
        if not self.sessions:  # an empty day has no panels in the payload, so only their zeros are read
            read = {element for element in read if not re.search("[1-9]", text_of(element))}
        return other_figures(self.root, read | self._read_rows)

    def payload(self) -> dict[str, Any]:
        """Return all fields of the page.

        Raises :class:`PageError` if its layout has changed or the page contradicts itself.
        """
        payload: dict[str, Any] = {
            "track_name": self.track_name,
            "date_heading": self.date_heading,
            "sessions": self.sessions,
        }
        if other := self.other_figures:
            payload["other_figures"] = other
        if not self.sessions:
            return payload
        panels = {"stats": self.stats, "leaderboard": self.leaderboard, "laps_by_class": self.laps_by_class}
        payload |= {name: panel for name, panel in panels.items() if panel is not None}
        unreadable_rows = self.unreadable_rows
        return payload | ({"unreadable_rows": unreadable_rows} if unreadable_rows else {})

    @cached_property
    def _panel(self) -> Panel:
        panel, page = find_panel(self.root, day_panels.SESSIONS), content(self.root)
        if panel is None and page is not None and says_no_practice(page):
            return Panel(about=self.date_heading, element=page, heading=page)
        if panel is None:
            raise changed_layout(self.root, 'no panel "Practice Sessions on …"')
        return panel

    @cached_property
    def _stats(self) -> day_panels.Read[dict[str, str] | None]:
        return day_panels.stats(self.root)

    @cached_property
    def _leaderboard(self) -> day_panels.Read[list[dict[str, str]] | None]:
        return day_panels.leaderboard(self.root)

    @cached_property
    def _laps_by_class(self) -> tuple[list[dict[str, str]] | None, list[dict[str, str]]]:
        try:
            return day_panels.laps_by_class(self.root), []
        except UnreadableRow as error:
            return None, [error.as_payload()]

    @property
    def _missing_rows(self) -> list[dict[str, str]]:
        """Rows that the HTML lacks although it is complete: the day's statistics count the laps of all rows."""
        counted = read_count((self.stats or {}).get("total_laps", ""))
        listed = [read_count(row["laps"]) for row in self.sessions]
        if self._rows[1] or counted is None or None in listed:
            return []
        laps = sum(number for number in listed if number is not None)
        reason = f"rows are missing: the list has {laps} laps, its statistics say {counted}"
        return [UnreadableRow(f"Total Laps {counted}", reason).as_payload()] if laps < counted else []

    @property
    def _read_rows(self) -> set[Element]:
        """The rows of sessions, and their headings above and below."""
        table = self._table
        if table is None:
            return set()
        headings = {row_text(row) for row in _HEADING_ROWS(table)[-1:]}
        return {*_SESSION_ROWS(table), *(row for row in _ROWS_OF_HEADINGS(table) if row_text(row) in headings)}

    @cached_property
    def _table(self) -> Element | None:
        return next(with_class("practice_session_list", "table", self.root), None)

    @cached_property
    def _rows(self) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        table = self._table
        rows = [] if table is None else _SESSION_ROWS(table)
        if table is None or not rows:
            self._check_that_the_day_is_empty(has_table=table is not None)
            return [], []
        columns = session_columns(column_keys((_HEADING_ROWS(table) or rows)[-1]), rows)
        for known in KNOWN_COLUMNS:
            if known not in columns:
                raise changed_layout(self.root, f'no column "{known}" in table.practice_session_list')
        sessions, unreadable = read_each(rows, partial(listed_session, columns=columns))
        if not sessions:
            raise changed_layout(self.root, f"no session can be read: {unreadable[0]['reason']}")
        return sessions, unreadable

    def _check_that_the_day_is_empty(self, *, has_table: bool) -> None:
        for key in ("total_laps", "unique_drivers"):
            number = (self.stats or {}).get(key, "")
            if re.search("[1-9]", number):
                words = key.replace("_", " ")
                reason = f"the page lists no sessions, but its statistics say {words}: {number[:100]}"
                raise PageError(PageErrorKind.CONTRADICTION, reason)
        if has_table:
            raise changed_layout(self.root, "table.practice_session_list has no rows")
        if NO_SESSIONS not in text_of(self._panel.element) and not says_no_practice(self._panel.element):
            raise changed_layout(
                self.root, "no table.practice_session_list, and no sentence that there are no sessions"
            )
