"""Answers as JSON or as CSV, with numbers as they are stored and with ETags."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Query, Request, Response

from scraper.exports.spreadsheets import cell

CSV = "text/csv"

MOST_ROWS = 200

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Most rows of this part.")]
"""How long a part of a list is."""

# A decimal is written digit by digit, never by way of a binary fraction.
_encoder = msgspec.json.Encoder(decimal_format="number")

OK: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
"""The response of a path that answers as CSV, too, for OpenAPI."""


def json_bytes(content: object) -> bytes:
    """Return JSON. An aware time ends with Z; a wall clock time has no zone."""
    return _encoder.encode(content)


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with JSON."""
    return Response(json_bytes(content), status, dict(headers or {}), "application/json")


class Answering:
    """How a request wants to be answered: as JSON or CSV, and whether it has the current version already."""

    def __init__(self, request: Request) -> None:
        self._path = request.url.path + getattr(request.state, "suffix", "")
        self._query = request.query_params
        self._etags = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        self.is_csv = _prefers_csv(request.headers.get("accept", ""))

    def unchanged(self, etag: str | None) -> Response | None:
        """Return the response for a client that has this version; None for any other."""
        if etag is None or not self._etags & {self._tag(etag), "*"}:
            return None
        return Response(status_code=304, headers=self._headers(etag))

    def answer(
        self, content: object, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], etag: str | None = None
    ) -> Response:
        """Answer with the content, or with these rows of it for a spreadsheet."""
        headers = self._headers(etag)
        if self.is_csv:
            return Response(_csv(rows, columns), 200, headers, CSV)
        return json_response(content, 200, headers)

    def page(
        self, name: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], key: str, limit: int
    ) -> Response:
        """Answer with a part of a list, from rows of which there is one more than the limit if the list goes on.

        `next` is the `after` of the following part, None at the end; for a spreadsheet the `Link` header has it.
        """
        shown = rows[:limit]
        following = str(shown[-1][key]) if len(rows) > limit else None
        response = self.answer({name: shown, "next": following}, shown, columns)
        if following is not None:
            others = [(key, value) for key, value in self._query.multi_items() if key != "after"]
            response.headers["Link"] = f'<{self._path}?{urlencode([*others, ("after", following)])}>; rel="next"'
        return response

    def _tag(self, etag: str) -> str:
        return f'"{etag}-csv"' if self.is_csv else f'"{etag}"'

    def _headers(self, etag: str | None) -> dict[str, str]:
        headers = {"Vary": "Accept", "Cache-Control": "private, no-cache"}
        return headers | ({"ETag": self._tag(etag)} if etag else {})


TheAnswering = Annotated[Answering, Depends(Answering)]


def _prefers_csv(accept: str) -> bool:
    """Return whether CSV is named, and with a higher quality than JSON."""
    qualities: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
        try:
            qualities.setdefault(media_type, float(quality))
        except ValueError:
            qualities.setdefault(media_type, 0)
    return qualities.get(CSV, 0) > qualities.get("application/json", 0)


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")  # Excel reads a file without a byte order mark in the old encoding


def _cell(value: object) -> str:
    return cell(" ".join(map(str, value)) if isinstance(value, list) else value)
