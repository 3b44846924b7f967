"""Style sheets and scripts. Their addresses change with their contents, so a browser keeps them for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

from scraper.report.page import TEMPLATES as REPORT
from service.web.problems import Refusal

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).with_name("static")
_FILES = (REPORT / "page.css", REPORT / "page.js", _STATIC / "service.css", _STATIC / "service.js")
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class Asset:
    """A file, and the digest of its content."""

    content: bytes
    media_type: str
    digest: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return all files by name."""
    return {path.name: _read(path) for path in _FILES}


def address(name: str) -> str:
    """Return the path of a file, for a template."""
    return f"/static/{assets()[name].digest}/{name}"


@router.get("/static/{digest}/{name}")
async def get_asset(digest: str, name: str) -> Response:
    """Return a file, whatever release a page is of that asks for it."""
    asset = assets().get(name)
    if asset is None:
        raise Refusal("NOT_FOUND", "There is no such file.")
    headers = _FOR_EVER if digest == asset.digest else {"Cache-Control": "no-cache"}
    return Response(asset.content, headers=headers, media_type=asset.media_type)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _MEDIA_TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:16])
