"""Page objects for LiveRC's practice pages: HTML text in, the payload of a raw row out.

They need no Scrapy engine, no database and no network. There is one class per kind of page, with a ``payload()`` whose
leaf values are the page's own text. A page that cannot be trusted raises :class:`PageError`. A row that cannot be read
is kept as text under ``unreadable_rows``, and the rest of its page is read.
"""

from scraper.pages.bot_check import is_bot_check
from scraper.pages.counts import read_count
from scraper.pages.day_list import DayListPage
from scraper.pages.month import MonthPage
from scraper.pages.page_error import PageError, PageErrorKind
from scraper.pages.session import SessionPage

PARSER_VERSION: int = 1
"""Stored with every raw row. Increase it when the same HTML gives another payload than before."""

__all__ = [
    "PARSER_VERSION",
    "DayListPage",
    "MonthPage",
    "PageError",
    "PageErrorKind",
    "SessionPage",
    "is_bot_check",
    "read_count",
]
