"""The three kinds of practice pages: for each its URL, its page object and its raw table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scraper.pages import DayListPage, MonthPage, SessionPage
from scraper.raw.items import CapturedPage, PageId

MONTH, LIST, SESSION = "month", "list", "session"


@dataclass(frozen=True)
class PageKind:
    """One kind of page.

    `query` is the URL's query up to the key. `key_column` and `key_type` describe the column of `table` that holds the
    key. `read` turns HTML and key into the payload, and raises PageError for a page that must not be stored.
    """

    name: str
    query: str
    read: Callable[[str, str], dict[str, Any]]
    table: str
    key_column: str
    key_type: str


PAGE_KINDS = {
    kind.name: kind
    for kind in (
        PageKind(
            MONTH,
            "p=calendar&d=",
            lambda html, month: MonthPage(html, month=month).payload(),
            "practice_months",
            "month",
            "text",
        ),
        PageKind(
            LIST,
            "p=session_list&d=",
            lambda html, day: DayListPage(html, date=day).payload(),
            "practice_lists",
            "practice_date",
            "date",
        ),
        PageKind(
            SESSION,
            "p=view_session&id=",
            lambda html, _: SessionPage(html).payload(),
            "practice_sessions",
            "session_id",
            "text",
        ),
    )
}
"""Every kind by its name, which is also `page_kind` in `raw.failed_pages`."""


def read_page(page: PageId, url: str, html: str, body: bytes = b"", *, read_at: datetime | None = None) -> CapturedPage:
    """Read a page with the page object of its kind. Raises PageError for a page that must not be stored."""
    return CapturedPage(page, url, PAGE_KINDS[page.kind].read(html, page.key), body, read_at)
