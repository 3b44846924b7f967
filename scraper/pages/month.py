"""Month page, ``/practice/?p=calendar&d=YYYY-MM``: the practice days of one month, and the months that have sessions.

The left panel, ``Practice Dates for October 2025``, contains ``select#available_session_months``, the months that have
sessions, newest first and years back. It also contains a ``table.table`` without ``thead``: a row of ``th`` (``Date``,
``# Sessions``), then per day two links to its list, on the date and on the number of sessions. The right panel is
today's list, or a sentence that there is none. It has no information about the month, and is ignored. Any other figure
is kept as text (``other_figures``).

A row without such a link is a day too if it prints its date, ``Sat, Oct 25, 2025``. A row whose day is not known, or is
of another month, is kept as an unreadable row: the page is not whole, and days that it does not show may have sessions.

A month without sessions has no link to a day in the left panel; or the page says that there are no ``synched up
practice sessions``, and may have no left panel at all.
"""

from functools import cached_property, partial
from typing import Any

import attrs
from lxml import etree
from lxml.etree import XPath

from scraper.pages import day_panels
from scraper.pages.cells import Element, folded, text_of, with_class
from scraper.pages.headings import day_in_text, month_in_heading
from scraper.pages.html_tables import cells_by_column, column_keys, row_text
from scraper.pages.links import practice_date
from scraper.pages.liverc_page import (
    Panel,
    changed_layout,
    content,
    find_panel,
    open_page,
    says_no_practice,
    track_name,
)
from scraper.pages.other_figures import other_figures
from scraper.pages.page_error import PageError, PageErrorKind
from scraper.pages.unreadable_rows import UnreadableRow, read_each

PANELS_OF_A_DAY = (day_panels.SESSIONS, day_panels.STATS, day_panels.LEADERBOARD)
"""The panels of today's list, which its list page has too."""

_MONTHS = XPath("descendant::select[@id='available_session_months']")
_HEADING_ROW = XPath("descendant::tr[th]")
_DAY_ROWS = XPath("descendant::tr[td]")
_DAY_LINKS = XPath("descendant::a[contains(@href, 'session_list')]")


@attrs.frozen
class MonthPage:
    """One month of a track. ``month`` is the requested one, ``YYYY-MM``.

    Raises :class:`PageError` if the page is no month page, or is of another month.
    """

    root: Element = attrs.field(converter=open_page, alias="html", repr=False)
    month: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        shown = month_in_heading(self.month_heading)
        if shown is None and not self._says_no_practice:
            raise changed_layout(self.root, f'"Practice Dates for {self.month_heading[:100]}" names no month')
        if shown not in (None, self.month):
            raise PageError(PageErrorKind.OTHER_DATE, f"the page is of {shown} instead of {self.month}")

    @property
    def track_name(self) -> str:
        """The track's name."""
        return track_name(self.root)

    @property
    def month_heading(self) -> str:
        """The month as the page prints it, ``October 2025``; blank on a page that says that there is no practice."""
        return self._panel.about

    @property
    def available_months(self) -> list[str]:
        """The months that have sessions, ``YYYY-MM``, in page order."""
        choice = _MONTHS(self._panel.element)
        if not choice and self.days:
            raise changed_layout(self.root, "no select#available_session_months")
        values = (
            folded(option.get("value", "")) for select in choice[:1] for option in select.iterdescendants("option")
        )
        return [value for value in values if value]

    @property
    def days(self) -> list[dict[str, str]]:
        """Per day with sessions its ``date``, ``label`` and number of ``sessions``, in page order."""
        return self._rows[0]

    @property
    def unreadable_rows(self) -> list[dict[str, str]]:
        """Rows without a day of this month, each with its text and the reason."""
        return self._rows[1]

    @property
    def other_figures(self) -> list[dict[str, str]]:
        """Figures that none of the other fields has, each with its ``panel`` and ``text``."""
        table = self._table
        rows = [] if table is None else [*_HEADING_ROW(table)[:1], *_DAY_ROWS(table)]
        return other_figures(self.root, set(rows), PANELS_OF_A_DAY)

    def payload(self) -> dict[str, Any]:
        """Return all fields of the page. Raises :class:`PageError` if its layout has changed."""
        payload: dict[str, Any] = {
            "track_name": self.track_name,
            "month_heading": self.month_heading,
            "available_months": self.available_months,
            "days": self.days,
        }
        others = {"unreadable_rows": self.unreadable_rows, "other_figures": self.other_figures}
        return payload | {name: rows for name, rows in others.items() if rows}

    @cached_property
    def _panel(self) -> Panel:
        panel = find_panel(self.root, "Practice Dates for")
        if panel is None and self._says_no_practice:
            nothing = etree.Element("div")
            return Panel(about="", element=nothing, heading=nothing)
        if panel is None:
            raise changed_layout(self.root, 'no panel "Practice Dates for …"')
        return panel

    @cached_property
    def _says_no_practice(self) -> bool:
        return says_no_practice(content(self.root))

    @cached_property
    def _table(self) -> Element | None:
        return next(with_class("table", "table", self._panel.element), None)

    @cached_property
    def _rows(self) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        table = self._table
        if table is None and _DAY_LINKS(self._panel.element):
            raise changed_layout(self.root, "links to days, but no table.table")
        if table is None or not _DAY_ROWS(table):
            return [], []
        heading_row = _HEADING_ROW(table)
        columns = column_keys(heading_row[0]) if heading_row else []
        for known in ("date", "sessions"):
            if known not in columns:
                raise changed_layout(self.root, f'no column "{known}" in the table of days')
        days, unreadable = read_each(_DAY_ROWS(table), partial(_day, columns=columns, month=self.month))
        if unreadable and not days:
            raise changed_layout(self.root, f"no day can be read: {unreadable[0]['reason']}")
        return days, unreadable


def _day(row: Element, columns: list[str], month: str) -> dict[str, str]:
    cells = cells_by_column(row, columns)
    texts = {column: text_of(cell) for column, cell in cells.items()}
    links = [link.get("href", "") for link in cells["date"].iterdescendants("a") if "href" in link.attrib]
    date = (practice_date(links[0]) if links else None) or day_in_text(texts["date"])
    if date is None:
        missing = "no date in the link to the day's list" if links else "no link to the day's list"
        raise UnreadableRow(row_text(row), f"{missing}, and no date in the text")
    if not date.startswith(month):
        raise UnreadableRow(row_text(row), f"{date} is no day of {month}")
    return texts | {"date": date, "label": texts["date"]}
