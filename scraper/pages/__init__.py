"""What LiveRC's practice pages say: HTML text in, the payload of a raw row out.

No Scrapy engine, no database, no network. One class per kind of page, each with a ``payload()`` whose leaf values
are the page's own text. A page that cannot be trusted raises :class:`PageError`; a row that cannot be read is kept
as text in ``unreadable_rows``, and the rest of its page is read.
"""

from scraper.pages.bot_check import is_bot_check
from scraper.pages.day_list import DayListPage
from scraper.pages.month import MonthPage
from scraper.pages.page_error import PageError, PageErrorKind
from scraper.pages.session import SessionPage

PARSER_VERSION: int = 1
"""Stored with every raw row. Raise it whenever the same HTML would give another payload."""

__all__ = [
    "PARSER_VERSION",
    "DayListPage",
    "MonthPage",
    "PageError",
    "PageErrorKind",
    "SessionPage",
    "is_bot_check",
]
