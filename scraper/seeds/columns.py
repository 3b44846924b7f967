"""The seeds: their columns, which values a column takes, and which rows say the same twice."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from scraper.setting_types import is_track_slug

FLAGS = ("suspected_cut", "fast_outlier", "slow_outlier", "suspected_crash", "missed_reading", "suspected_stop")
"""The flags that `analytics.lap_flags` gives to laps."""


_NUMBER = re.compile("[0-9]{1,20}|[0-9]{5,20}/[0-9]{1,20}")


class Refused(ValueError):
    """A row that cannot be used, with the reason."""


Cells = dict[str, str | None]
"""A row by column; a blank cell is None."""


@dataclass(frozen=True)
class Row:
    """A row that can be used: the name of its seed, its line in the file, and its cells."""

    seed: str
    line: int
    cells: Cells


@dataclass(frozen=True)
class Known:
    """What the database knows: the stored tracks by their slugs in lower case, and the names of time zones."""

    tracks: Mapping[str, str]
    time_zones: frozenset[str]


@dataclass(frozen=True)
class Column:
    """A column: its name, whether a cell may be blank, and what its texts mean.

    `read` returns the text to store, or raises Refused.
    """

    name: str
    read: Callable[[str, Known], str] = lambda text, _: text
    is_required: bool = True


@dataclass(frozen=True)
class Seed:
    """A file `{name}.csv` and the model `{name}` that types its rows."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns that no two rows share; upper and lower case make no difference."""
    one_of: tuple[str, ...] = ()
    """Columns of which a row needs at least one."""

    def key_of(self, cells: Mapping[str, str | None]) -> tuple[str, ...]:
        """The values that no other row may have."""
        return tuple((cells[name] or "").casefold() for name in self.key)


def track(text: str, known: Known) -> str:
    """A track's slug, in the spelling of the stored pages. Rows of a track may come before its first crawl."""
    if not is_track_slug(text):
        raise Refused("is no track slug: write the first part of the track's host name")
    if stored := known.tracks.get(text.lower()):
        return stored
    for similar in get_close_matches(text.lower(), known.tracks, n=1, cutoff=0.85):
        raise Refused(f"is no stored track: is it {known.tracks[similar]}?")
    return text


def time_zone(text: str, known: Known) -> str:
    """A name of the time zone database. Abbreviations, such as CEST, are none: they are wrong for half of the year."""
    if text in known.time_zones:
        return text
    by_lower_case = {name.lower(): name for name in known.time_zones}
    for similar in get_close_matches(text.lower(), by_lower_case, n=1, cutoff=0.8):
        raise Refused(f"is no name of the time zone database: is it {by_lower_case[similar]}?")
    raise Refused("is no name of the time zone database, such as Europe/Vienna")


def transponder(text: str, _: Known) -> str:
    """A transponder as it is read from pages: a number, and no placeholder (macro `parse_transponder`)."""
    long_numbers = re.findall("[0-9]{5,}", text)
    number = long_numbers[0] if len(long_numbers) == 1 and not _NUMBER.fullmatch(text) else text
    if not _NUMBER.fullmatch(number) or len(set(number)) == 1 or "1234567890".startswith(number):
        raise Refused("is no transponder, and so is on no session")
    return number


def session_number(text: str, _: Known) -> str:
    """A session's number, the end of its page's address."""
    if not re.fullmatch("[0-9]{1,18}", text):
        raise Refused("is no session number: write the number at the end of the session's address")
    return text


def lap_number(text: str, _: Known) -> str:
    """A lap's number in its session, from 1."""
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        raise Refused("is no lap number: write a whole number from 1, or leave it blank for all laps")
    return text


def flag(text: str, _: Known) -> str:
    """A flag of `analytics.lap_flags`."""
    if text.lower() not in FLAGS:
        raise Refused(f"is no flag of a lap: write one of {', '.join(FLAGS)}")
    return text.lower()


def label(text: str, _: Known) -> str:
    """A text that stands where a name should be."""
    if not any(letter.isalnum() for letter in text):
        raise Refused("has no letter and no digit")
    return text


SEEDS = (
    Seed(
        "track_time_zones",
        (Column("track_slug", track), Column("time_zone", time_zone)),
        key=("track_slug",),
    ),
    Seed("class_aliases", (Column("page_class_name"), Column("class_name")), key=("page_class_name",)),
    Seed(
        "person_overrides",
        (
            Column("track_slug", track, is_required=False),
            Column("transponder_number", transponder, is_required=False),
            Column("driver_name", is_required=False),
            Column("person"),
            Column("reason"),
        ),
        key=("track_slug", "transponder_number", "driver_name"),
        one_of=("transponder_number", "driver_name"),
    ),
    Seed(
        "lap_exclusions",
        (
            Column("track_slug", track),
            Column("session_id", session_number),
            Column("lap_number", lap_number, is_required=False),
            Column("reason"),
        ),
        key=("track_slug", "session_id", "lap_number"),
    ),
    Seed("left_out_flags", (Column("flag", flag), Column("reason")), key=("flag",)),
    Seed("shared_labels", (Column("label", label),), key=("label",)),
)
