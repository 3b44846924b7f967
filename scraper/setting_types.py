"""Types of settings that pydantic lacks. Each refuses a text with a reason and with advice what to write instead."""

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_settings import NoDecode

_TRACK_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_LONGEST_SHOWN = 60


class Unusable(ValueError):
    """A value that a setting cannot have, with the reason and with advice; `{setting}` in it stands for the name."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


def _expect(reason: str, advice: str) -> WrapValidator:
    """Replace pydantic's own message for a value that it refuses."""

    def validate(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        try:
            return handler(value)
        except ValidationError:
            raise Unusable(reason, advice) from None

    return WrapValidator(validate)


def shown(text: str) -> str:
    """Return the text for a one-line message: without control characters, and shortened."""
    short = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in short)


def is_track_slug(text: str) -> bool:
    """Whether the text can be the first part of a host name."""
    return _TRACK_SLUG.match(text) is not None


def read_tracks(text: object) -> object:
    """Read track slugs, separated by commas or white space, each once whatever its case, in the order given."""
    if not isinstance(text, str):
        return text
    slugs = text.replace(",", " ").split()
    for slug in slugs:
        if not is_track_slug(slug):
            raise Unusable(
                f"names {shown(slug)}, which is not a track slug",
                "write the first part of the track's host name, as {setting}=canberraoffroad for "
                "canberraoffroad.liverc.com",
            )
    first_spellings = {slug.lower(): slug for slug in reversed(slugs)}
    return tuple(dict.fromkeys(first_spellings[slug.lower()] for slug in slugs))


def _read_date(text: object) -> object:
    """Accept a calendar date as year-month-day only: pydantic reads a bare number as seconds since 1970."""
    if isinstance(text, str) and not _ISO_DATE.match(text):
        raise ValueError("not an ISO date")
    return text


def read_base_url(text: str) -> str:
    """Read the address of a track's pages, with `{track}` in the host or the path; remove a final slash."""

    def refuse(reason: str) -> Unusable:
        return Unusable(
            reason, "write it as {setting}=https://{{track}}.liverc.com or {setting}=http://127.0.0.1:8000/{{track}}"
        )

    if "{track}" not in text:
        raise refuse("lacks {track}, which stands for the track's slug")
    example = text.replace("{track}", "track")
    if not re.fullmatch(r"[!-~]+", example) or re.search(r"[{}\\]", example):
        raise refuse("holds characters that no URL has")
    try:
        parts = urlsplit(example)
        port = parts.port
    except ValueError:
        raise refuse("is not a URL") from None
    if parts.scheme not in ("http", "https"):
        raise refuse("starts with neither http:// nor https://")
    if not parts.hostname or port == 0:
        raise refuse("has no host or an impossible port")
    if "@" in parts.netloc:
        raise refuse("holds a user name or password")
    if "?" in example or "#" in example:
        raise refuse("holds a ? or #")
    return text.rstrip("/")


def _read_contact(text: str) -> str:
    if not text.isprintable():  # a line break would start a header of its own
        raise Unusable("holds control characters", "write one plain line, as {setting}=me@example.org")
    return text


def _read_path(path: Path) -> Path:
    if not str(path).isprintable():
        raise Unusable("holds control characters", "write the path without them")
    try:
        return path.expanduser()
    except RuntimeError:
        raise Unusable("starts with the home of an unknown user", "write the path in full") from None


def _read_file(path: Path) -> Path:
    path = _read_path(path)
    if path.is_dir():
        raise Unusable("is a folder", "add a file name, such as day.html")
    return path


class ExportFormat(StrEnum):
    """What an export writes."""

    PARQUET = "parquet"
    CSV = "csv"


def _read_line(text: str) -> str:
    if not text.isprintable():
        raise Unusable("holds control characters", "write one plain line")
    return text


Tracks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(read_tracks)]
BaseUrl = Annotated[str, AfterValidator(read_base_url)]
Contact = Annotated[str, AfterValidator(_read_contact)]
Line = Annotated[str, AfterValidator(_read_line)]
Format = Annotated[
    ExportFormat,
    BeforeValidator(lambda text: text.lower() if isinstance(text, str) else text),
    _expect("is neither parquet nor csv", "write {setting}=csv or {setting}=parquet"),
]
Folder = Annotated[Path, AfterValidator(_read_path)]
File = Annotated[Path, AfterValidator(_read_file)]
Day = Annotated[
    date, BeforeValidator(_read_date), _expect("is not a calendar date", "write it as {setting}=2025-10-25")
]
# More than ten years is a typing mistake, or a range for FROM and TO.
Days = Annotated[int, Field(ge=1, le=3650), _expect("is not a whole number from 1 to 3650", "for example {setting}=2")]
Concurrency = Annotated[int, Field(ge=1, le=5), _expect("is not a whole number from 1 to 5", "for example {setting}=3")]
Seconds = Annotated[
    float,
    Field(ge=0, le=86_400, allow_inf_nan=False),
    _expect("is not a number of seconds from 0 to 86400", "write it as {setting}=0.5"),
]
Switch = Annotated[bool, _expect("is neither on nor off", "write {setting}=1 or {setting}=0")]
