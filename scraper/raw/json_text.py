"""JSON text of payloads: replaces characters that PostgreSQL's JSONB refuses, and hashes the result.

JSONB accepts neither NUL nor lone surrogates. They become U+FFFD, the replacement character. The same character
replaces bytes of a page that are not in the encoding that the page declares.
"""

import hashlib
import json
import re
from typing import Any

UNREADABLE = "\ufffd"
_REFUSED = re.compile("[\x00\ud800-\udfff]")
_REFUSED_OR_REPLACED = re.compile("[\ud800-\udfff\ufffd]")
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def storable(payload: dict[str, Any]) -> dict[str, Any]:
    """Replace refused characters. Fields that hold a replacement character are named under `repaired_text`."""
    repaired: set[str] = set()
    clean = {storable_text(name): _clean(value, storable_text(name), repaired) for name, value in payload.items()}
    return {**clean, "repaired_text": sorted(repaired)} if repaired else clean


def storable_json(payload: dict[str, Any]) -> str:
    """Return the storable payload as JSON with sorted keys: equal payloads give equal texts."""
    text = _SORTED.encode(payload)
    # Searching the text is much faster than visiting each value. JSON writes NUL as \u0000.
    if "\\u0000" in text or (not text.isascii() and _REFUSED_OR_REPLACED.search(text)):
        return _SORTED.encode(storable(payload))
    return text


def storable_text(text: str) -> str:
    """Replace the refused characters of one text."""
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
    """Return the SHA-256 of a payload's `storable_json`, in hexadecimal."""
    return hashlib.sha256(payload.encode()).hexdigest()
