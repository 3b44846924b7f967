"""Writes feeds in the Atom format (RFC 4287)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree as ET

MEDIA_TYPE = "application/atom+xml"

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """An entry. Its id stays the same for ever; `path` is that of the page it leads to."""

    id: UUID
    title: str
    summary: str
    path: str
    updated: datetime


@dataclass(frozen=True)
class Feed:
    """A feed. `path` is that of the page it belongs to."""

    id: UUID
    title: str
    author: str
    path: str
    entries: Sequence[Entry]


def atom(feed: Feed, origin: str, own_path: str) -> bytes:
    """Return the document. Its links are absolute: `origin` is the scheme and host before the paths."""
    root = ET.Element("feed", xmlns=_NAMESPACE)
    # A feed without entries has not changed yet.
    updated = max((entry.updated for entry in feed.entries), default=_NEVER)
    _describe(root, feed.id, feed.title, updated, origin + feed.path)
    ET.SubElement(root, "link", rel="self", type=MEDIA_TYPE, href=origin + own_path)
    _add(ET.SubElement(root, "author"), "name", feed.author)
    for entry in feed.entries:
        element = ET.SubElement(root, "entry")
        _describe(element, entry.id, entry.title, entry.updated, origin + entry.path)
        _add(element, "summary", entry.summary)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _describe(parent: ET.Element, own_id: UUID, title: str, updated: datetime, page: str) -> None:
    _add(parent, "id", own_id.urn)
    _add(parent, "title", title)
    _add(parent, "updated", updated.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"))
    ET.SubElement(parent, "link", rel="alternate", type="text/html", href=page)


def _add(parent: ET.Element, name: str, text: str) -> None:
    """Add an element with text, without the characters that XML cannot have."""
    ET.SubElement(parent, name).text = _NO_XML.sub("\ufffd", text)
