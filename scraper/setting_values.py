"""From the text of one setting to its value; what cannot be read becomes one line that says what to write instead."""

import math
import re
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from scraper.errors import UsageError

_TRACK_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?\Z")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}\Z")
_SWITCHES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_LONGEST_SHOWN = 60


def shown(text: str) -> str:
    """The text as it may stand in a one-line message: no control characters, and not endless."""
    short = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in short)


def read_tracks(setting: str, text: str) -> tuple[str, ...]:
    """Track slugs, separated by commas or white space, each once, in the order given."""
    slugs = text.replace(",", " ").split()
    for slug in slugs:
        if not _TRACK_SLUG.match(slug):
            raise UsageError(
                f"{setting}={shown(text)}: {shown(slug)} is not a track: write the first part of the track's address, "
                f"as {setting}=canberraoffroad for canberraoffroad.liverc.com"
            )
    return tuple(dict.fromkeys(slugs))


def read_date(setting: str, text: str) -> date:
    """A calendar day, written as year-month-day."""
    if _ISO_DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise UsageError(f"{setting}={text} is not a day of the calendar: check its month and day") from None
    raise UsageError(f"{setting}={shown(text)} is not a date: write it as {setting}=2025-10-25")


def read_whole_number(setting: str, text: str, lowest: int, highest: int) -> int:
    """A whole number from lowest to highest, both included."""
    if _WHOLE_NUMBER.match(text) and lowest <= int(text) <= highest:
        return int(text)
    raise UsageError(
        f"{setting}={shown(text)} is not a whole number from {lowest} to {highest}: for example {setting}={lowest}"
    )


def read_seconds(setting: str, text: str) -> float:
    """A number of seconds, zero or more, with a decimal point if need be."""
    if _DECIMAL.match(text) and math.isfinite(float(text)):
        return float(text)
    raise UsageError(f"{setting}={shown(text)} is no number of seconds: write zero or more, as {setting}=0.5")


def read_switch(setting: str, text: str) -> bool:
    """On or off."""
    try:
        return _SWITCHES[text.lower()]
    except KeyError:
        raise UsageError(f"{setting}={shown(text)} is neither on nor off: write {setting}=1 or {setting}=0") from None


def read_contact(setting: str, text: str) -> str:
    """A text for the User-Agent header, which control characters would cut in two."""
    if text.isprintable():
        return text
    raise UsageError(
        f"{setting}={shown(text)} holds control characters: write one plain line, as {setting}=me@example.org"
    )


def read_file(setting: str, text: str) -> Path:
    """A file to write; `~` is the user's home."""
    path = read_folder(setting, text)
    if path.is_dir():
        raise UsageError(f"{setting}={shown(text)} is a folder: add a file's name to it, such as day.html")
    return path


def read_folder(setting: str, text: str) -> Path:
    """A folder, which need not be there; `~` is the user's home."""
    if not text.isprintable():
        raise UsageError(f"{setting}={shown(text)} holds control characters: write the path in plain letters")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UsageError(f"{setting}={shown(text)} begins with no user's home: write the path in full") from None


def read_base_url(setting: str, text: str) -> str:
    """Where the pages are, with `{track}` for the track's slug, in the host or in the path; no trailing slash."""

    def refuse(reason: str) -> UsageError:
        # The text stays unshown: what we refuse may hold a user name and password.
        return UsageError(
            f"{setting} {reason}: write it as {setting}=https://{{track}}.liverc.com "
            f"or {setting}=http://127.0.0.1:8000/{{track}}"
        )

    if "{track}" not in text:
        raise refuse("lacks {track}, which stands for the track's slug")
    example = text.replace("{track}", "track")
    if not re.fullmatch(r"[!-~]+", example) or re.search(r"[{}\\]", example):
        raise refuse("holds characters that no address has")
    try:
        parts = urlsplit(example)
        port = parts.port
    except ValueError:
        raise refuse("is not an address") from None
    if parts.scheme not in ("http", "https"):
        raise refuse("is neither http:// nor https://")
    if not parts.hostname or port == 0:
        raise refuse("names no host")
    if "@" in parts.netloc:
        raise refuse("holds a user name or password")
    if "?" in example or "#" in example:
        raise refuse("holds a ? or #, though the crawler adds those itself")
    return text.rstrip("/")
