"""What a link's query says. Links are read, never followed: requests are built from the settings.

The order of a query's parameters varies (``?p=view_session&id=1``, ``?id=1&p=view_session``), so it is parsed.
"""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

_AS_EVER = re.compile(r"/practice/\?(?:p=view_session&)?id=([0-9]{1,12})(?:&p=view_session)?")
_SESSION_ID = re.compile(r"[0-9]{1,12}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def session_id(href: str) -> str | None:
    """The session's id, one to twelve digits; None when the query has none, or more than one."""
    if as_ever := _AS_EVER.fullmatch(href):  # a list has hundreds of these, and parsing takes ten times as long
        return as_ever[1]
    ids = _query(href).get("id", [])
    return ids[0] if len(ids) == 1 and _SESSION_ID.fullmatch(ids[0]) else None


def practice_date(href: str) -> str | None:
    """The day ``YYYY-MM-DD`` that ``href`` leads to; None when the query names no day of the calendar."""
    days = _query(href).get("d", [])
    if len(days) != 1 or not _ISO_DATE.fullmatch(days[0]):
        return None
    try:
        return date.fromisoformat(days[0]).isoformat()
    except ValueError:
        return None


def _query(href: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(href).query)
    except ValueError:
        return {}
