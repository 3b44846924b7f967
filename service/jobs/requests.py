"""What may be asked for: a day, a month page, a range, the scheduled crawl, a transform, a verification, an export."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Self


class Kind(StrEnum):
    """The kinds of jobs."""

    DAY = "day"
    MONTH = "month"
    """A month page alone, and no transform."""
    RANGE = "range"
    CRAWL = "crawl"
    """The scheduled crawl: TRACKS, the last DAYS days, and what is open."""
    TRANSFORM = "transform"
    VERIFY = "verify"
    EXPORT = "export"


CRAWLS = (Kind.DAY, Kind.MONTH, Kind.RANGE, Kind.CRAWL)
"""The kinds that send requests to the site."""

FIRST = (Kind.DAY, Kind.MONTH)
"""The kinds that somebody waits for."""


@dataclass(frozen=True)
class DayRequest:
    """One practice day. `list_only` leaves session pages for later, `refresh` requests every page again."""

    kind: ClassVar = Kind.DAY

    track_slug: str
    day: date
    list_only: bool = False
    refresh: bool = False

    @property
    def key(self) -> tuple[str, date]:
        """Track and day, whatever the case of the slug."""
        return self.track_slug.lower(), self.day

    def as_json(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return asdict(self) | {"day": self.day.isoformat()}

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> Self:
        """Return the request of a job's arguments."""
        return cls(**{**arguments, "day": date.fromisoformat(arguments["day"])})


@dataclass(frozen=True)
class MonthRequest:
    """The month page of a track. `month` is the first day of the month."""

    kind: ClassVar = Kind.MONTH

    track_slug: str
    month: date

    @property
    def key(self) -> tuple[str, date]:
        """Track and month, whatever the case of the slug."""
        return self.track_slug.lower(), self.month

    def as_json(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return {"track_slug": self.track_slug, "month": f"{self.month:%Y-%m}"}

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> Self:
        """Return the request of a job's arguments."""
        return cls(arguments["track_slug"], date.fromisoformat(f"{arguments['month']}-01"))


@dataclass(frozen=True)
class RangeRequest:
    """The practice days of tracks from the first to the last day, both included: a back-fill, newest month first."""

    kind: ClassVar = Kind.RANGE

    track_slugs: tuple[str, ...]
    first_day: date
    last_day: date
    list_only: bool = False
    refresh: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        days = {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}
        return asdict(self) | days | {"track_slugs": list(self.track_slugs)}

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> Self:
        """Return the request of a job's arguments."""
        days = {name: date.fromisoformat(arguments[name]) for name in ("first_day", "last_day")}
        return cls(**{**arguments, **days, "track_slugs": tuple(arguments["track_slugs"])})


@dataclass(frozen=True)
class PlainRequest:
    """Any other kind. `full` derives or exports every day again; a crawl and a verification have no such form."""

    kind: Kind
    full: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return {"full": self.full}

    @classmethod
    def read(cls, kind: Kind, arguments: Mapping[str, Any]) -> Self:
        """Return the request of a job's arguments."""
        return cls(kind, **arguments)


JobRequest = DayRequest | MonthRequest | RangeRequest | PlainRequest


def read_request(kind: Kind, arguments: Mapping[str, Any]) -> JobRequest:
    """Return the request that a job of any kind was asked for by."""
    match kind:
        case Kind.DAY:
            return DayRequest.read(arguments)
        case Kind.MONTH:
            return MonthRequest.read(arguments)
        case Kind.RANGE:
            return RangeRequest.read(arguments)
        case _:
            return PlainRequest.read(kind, arguments)


def dedupe_key(request: JobRequest) -> str:
    """Return a text that is the same for two requests for the same: a host name has no case."""
    arguments = request.as_json()
    return f"{request.kind} {sorted(arguments.items())}".lower()
