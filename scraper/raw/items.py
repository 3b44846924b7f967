"""Items on their way to the raw tables: a captured page, or a page that failed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scraper.errors import Code


@dataclass(frozen=True, slots=True)
class PageId:
    """One page of a track.

    `kind` is a name in `scraper.raw.page_kinds`. `key` is the month (`YYYY-MM`), the practice day (`YYYY-MM-DD`) or the
    session id. `month_sessions` belongs to a list: the number of sessions that the month page shows for the day, if
    the same crawl read that page before the list; else the number of the stored month page if the list is short of it,
    else None. It is no part of the page's identity.
    """

    track_slug: str
    kind: str
    key: str
    month_sessions: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class CapturedPage:
    """A page that was read.

    `body` is the HTML; it is stored only if the database refuses the payload. `read_at` is the time of the response by
    the database's clock; None means now.
    """

    page: PageId
    url: str
    payload: dict[str, Any] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    read_at: datetime | None = None


@dataclass(frozen=True)
class FailedPage:
    """A page that was requested and could not be captured. It is stored with its body and requested again.

    `reason_kind` is the machine-readable reason as it is stored, `reason` is one line for the log. `code` is the kind
    of problem for whoever asked for the page.
    """

    page: PageId
    url: str
    reason_kind: str
    reason: str
    http_status: int | None = None
    body: bytes = field(default=b"", repr=False)
    code: Code = Code.PAGE_FORMAT_ERROR


Item = CapturedPage | FailedPage
