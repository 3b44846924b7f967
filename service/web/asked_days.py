"""Requests for a day or a range of days, by the API or by a form."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Discriminator, Field, StrictBool, Tag

from scraper.config import Config
from scraper.crawl.time_bounds import MOST_AHEAD_OF_UTC
from service.jobs.requests import DayRequest, RangeRequest
from service.jobs.store import Job
from service.web.asking import ask
from service.web.documents import Document
from service.web.pools import Pools
from service.web.problems import Refusal
from service.web.queries.tracks import identify_track
from service.web.rows import FIRST_YEAR, Day, TrackSlug

_BY_SLUG, _BY_ID = "by track_slug", "by track_id"


class _Depth(Document):
    list_only: StrictBool = Field(default=False, description="Leave the session pages for later.")
    refresh: StrictBool = Field(default=False, description="Request every page again.")


class _Asked(_Depth):
    date: Day


class AskedBySlug(_Asked):
    """A day of a track, which need not be stored yet."""

    track_slug: TrackSlug


class AskedById(_Asked):
    """A day of a track that is stored."""

    track_id: UUID


def _named_by(asked: object) -> str:
    return _BY_ID if isinstance(asked, dict) and "track_id" in asked and "track_slug" not in asked else _BY_SLUG


AskedDay = Annotated[
    Annotated[AskedBySlug, Tag(_BY_SLUG)] | Annotated[AskedById, Tag(_BY_ID)], Discriminator(_named_by)
]
"""A day; what is wrong with it is said for one of both."""


class AskedRange(_Depth):
    """The days of a track from the first to the last one, both included."""

    track_slug: TrackSlug
    start_date: Day
    end_date: Day


def ask_for_range(pools: Pools, config: Config, asked: AskedRange) -> Job:
    """Return the job for a range. Raises DAY_NOT_FOUND, and what `ask` raises."""
    _refuse_impossible(asked.start_date)
    if asked.end_date < asked.start_date:
        raise Refusal("DAY_NOT_FOUND", "This range has no day: its last day is before its first.")
    wanted = RangeRequest((asked.track_slug,), asked.start_date, asked.end_date, asked.list_only, asked.refresh)
    return ask(pools, config, wanted)[0]


def ask_for_day(pools: Pools, config: Config, asked: AskedBySlug | AskedById) -> Job:
    """Return the job for a day. Raises DAY_NOT_FOUND, TRACK_NOT_FOUND, and what `ask` raises."""
    _refuse_impossible(asked.date)
    slug = asked.track_slug if isinstance(asked, AskedBySlug) else _slug_of(pools, asked.track_id)
    return ask(pools, config, DayRequest(slug, asked.date, asked.list_only, asked.refresh))[0]


def why_impossible(day: Day) -> str | None:
    """Say why the site cannot have a day, None if it can."""
    if day > (datetime.now(UTC) + MOST_AHEAD_OF_UTC).date():
        return "This day is in the future."
    return f"The site has no day before {FIRST_YEAR}." if day.year < FIRST_YEAR else None


def _refuse_impossible(day: Day) -> None:
    if reason := why_impossible(day):
        raise Refusal("DAY_NOT_FOUND", reason)


def _slug_of(pools: Pools, track_id: UUID) -> str:
    with pools.readers.connection() as connection:
        return identify_track(connection, track_id, None)[1]
