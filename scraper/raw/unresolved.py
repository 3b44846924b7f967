"""The failures of the raw tables that are not resolved: pages that were requested, and are still not captured."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from scraper.raw.items import PageId

FAILURES: LiteralString = """
select
    track_slug,
    page_kind,
    page_key,
    reason_kind,
    http_status,
    attempts,
    first_failed_at,
    last_failed_at,
    other_captured_at is null as is_in_a_row,
    now() as read_at,
    reason
from raw.failed_pages
"""
"""Every failure with the columns of `UnresolvedFailure`."""

UNRESOLVED: LiteralString = f"""
{FAILURES}
where track_slug = any(%(tracks)s) and resolved_at is null
order by last_failed_at, failure_id
"""


@dataclass(frozen=True)
class UnresolvedFailure:
    """A failed page, and how often and when it failed since it was last captured.

    `is_in_a_row` means that no other page of its track and kind was captured since its first failure. `read_at` is the
    database's time, like all times here.
    """

    track_slug: str
    page_kind: str
    page_key: str
    reason_kind: str
    http_status: int | None
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime
    is_in_a_row: bool
    read_at: datetime
    reason: str

    @property
    def page(self) -> PageId:
        """The page that failed."""
        return PageId(self.track_slug, self.page_kind, self.page_key)
