"""Ids and dates in the queries of links. Links are read and never followed: URLs are built from the settings.

Queries are parsed, because the order of their parameters varies: ``?p=view_session&id=1``, ``?id=1&p=view_session``.
"""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

_USUAL_LINK = re.compile(r"/practice/\?(?:p=view_session&)?id=([0-9]{1,12})(?:&p=view_session)?")
_SESSION_ID = re.compile(r"[0-9]{1,12}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def session_id(href: str) -> str | None:
    """Return the session id, one to twelve digits; None if the query has none, or several."""
    if usual := _USUAL_LINK.fullmatch(href):  # a list has hundreds of them, and parsing takes ten times as long
        return usual[1]
    ids = _query(href).get("id", [])
    return ids[0] if len(ids) == 1 and _SESSION_ID.fullmatch(ids[0]) else None


def practice_date(href: str) -> str | None:
    """Return the day ``YYYY-MM-DD`` that ``href`` leads to; None if the query has no day of the calendar."""
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
