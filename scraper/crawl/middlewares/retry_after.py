"""The header `Retry-After`: how long the site wants to be left alone."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}\Z")


def seconds_to_wait(retry_after: str, site_date: str, now: datetime) -> float | None:
    """Seconds from a number or an HTTP date; 0 for a date that has passed, None for what is neither.

    A date counts from the answer's own `Date` where it has one: the clocks of the site and of this machine may differ.
    """
    retry_after = retry_after.strip()
    if _SECONDS.match(retry_after):
        return float(retry_after)
    until = _moment(retry_after)
    if until is None:
        return None
    return max(0.0, (until - (_moment(site_date) or now)).total_seconds())


def _moment(http_date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
