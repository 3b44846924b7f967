"""Text that PostgreSQL's JSONB refuses, repaired before it can cost a page.

JSONB has no NUL and no lone surrogates. They become U+FFFD, the sign for a character that could not be read; it also
stands where the bytes of a page are not in the encoding that the page claims.
"""

import hashlib
import json
import re
from typing import Any

UNREADABLE = "\ufffd"
_REFUSED = re.compile("[\x00\ud800-\udfff]")
_REFUSED_OR_REPAIRED = re.compile("[\ud800-\udfff\ufffd]")
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def storable(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with refused characters replaced; fields with unreadable ones are noted under `repaired_text`."""
    repaired: set[str] = set()
    clean = {storable_text(name): _clean(value, storable_text(name), repaired) for name, value in payload.items()}
    return {**clean, "repaired_text": sorted(repaired)} if repaired else clean


def storable_json(payload: dict[str, Any]) -> str:
    """The storable payload as JSON with sorted keys: equal payloads, equal texts, whatever order they were read in."""
    text = _SORTED.encode(payload)
    # Text is looked through much faster than a payload, value by value. JSON writes NUL as \u0000.
    if "\\u0000" in text or (not text.isascii() and _REFUSED_OR_REPAIRED.search(text)):
        return _SORTED.encode(storable(payload))
    return text


def storable_text(text: str) -> str:
    """A single text with refused characters replaced."""
    return _REFUSED.sub(UNREADABLE, text)


def _clean(value: Any, field: str, repaired: set[str]) -> Any:
    if isinstance(value, str):
        clean = storable_text(value)
        if UNREADABLE in clean:
            repaired.add(field)
        return clean
    if isinstance(value, dict):
        return {storable_text(name): _clean(inner, field, repaired) for name, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, field, repaired) for inner in value]
    return value


def content_hash(payload: str) -> str:
    """SHA-256 over a payload's :func:`storable_json`."""
    return hashlib.sha256(payload.encode()).hexdigest()
