"""The scope of a crawl: which tracks and days, and how much of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Self

from scrapy.crawler import Crawler

from scraper.config import Config
from scraper.crawl.time_bounds import MOST_AHEAD_OF_UTC, MOST_BEHIND_UTC
from scraper.raw.items import PageId
from scraper.raw.page_kinds import LIST, MONTH


@dataclass(frozen=True)
class CrawlScope:
    """Tracks, and the first and last practice day, both included.

    `named_days` are days that were named one by one, each with its track: their lists are read without a month page,
    and no other day is read. `named_months` are months, such as `2025-10`, that were named so: their month pages are
    read, and nothing else. `list_only` leaves out session pages. `refresh` requests every page of these days, fresh
    or stale. `open_from` belongs to a scheduled crawl: from this day on it also requests what earlier crawls left open,
    before the first day too.
    """

    tracks: tuple[str, ...]
    first_day: date
    last_day: date
    named_days: tuple[tuple[str, date], ...] = ()
    named_months: tuple[tuple[str, str], ...] = ()
    list_only: bool = False
    refresh: bool = False
    open_from: date | None = None

    @property
    def is_scheduled(self) -> bool:
        """Whether neither a day nor a range was named."""
        return self.open_from is not None

    @classmethod
    def of(cls, config: Config, now: datetime) -> Self:
        """Return the scope of a configuration at this time."""
        day = config.practice_date
        return cls(
            config.tracks,
            *days_of(config, now),
            named_days=tuple((track, day) for track in config.tracks) if day else (),
            list_only=config.list_only,
            refresh=config.refresh,
            open_from=None if day or config.from_date else first_open_day(now),
        )

    @classmethod
    def of_days(cls, days: Collection[tuple[str, date]], *, list_only: bool = False, refresh: bool = False) -> Self:
        """Return the scope of practice days, each with its track; there is at least one."""
        tracks = tuple(dict.fromkeys(track for track, _ in days))
        dates = [day for _, day in days]
        return cls(tracks, min(dates), max(dates), tuple(days), list_only=list_only, refresh=refresh)

    @classmethod
    def of_months(cls, months: Collection[tuple[str, date]]) -> Self:
        """Return the scope of month pages alone, each with its track and the first day of its month; at least one."""
        tracks = tuple(dict.fromkeys(track for track, _ in months))
        first_days = sorted(first_day for _, first_day in months)
        last_day = (first_days[-1] + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        named = tuple((track, f"{first_day:%Y-%m}") for track, first_day in months)
        return cls(tracks, first_days[0], last_day, named_months=named)

    @property
    def named_pages(self) -> Sequence[PageId]:
        """The lists and month pages that were named one by one."""
        lists = [PageId(track, LIST, f"{day}") for track, day in self.named_days]
        return [*lists, *(PageId(track, MONTH, month) for track, month in self.named_months)]

    def with_tracks(self, tracks: Sequence[str]) -> Self:
        """Return the same scope with its tracks spelled so, in their order."""
        spelled = dict(zip(self.tracks, tracks, strict=True))
        named_days = tuple((spelled[track], day) for track, day in self.named_days)
        named_months = tuple((spelled[track], month) for track, month in self.named_months)
        return replace(self, tracks=tuple(tracks), named_days=named_days, named_months=named_months)


def config_of_crawl(crawler: Crawler) -> Config | None:
    """Return the configuration of the crawl; None if this run of a spider is no crawl, but `scrapy fetch` and the like.

    Runs that are no crawl need neither database nor lock, and store nothing.
    """
    config: Config | None = getattr(crawler.spider, "config", None)
    return config


def days_of(config: Config, now: datetime) -> tuple[date, date]:
    """Return the first and last day of a crawl.

    A scheduled crawl covers the last DAYS days of every time zone: at UTC+14 it is tomorrow already, at UTC-12 still
    yesterday. Days that do not exist cost nothing, because the month page does not list them.
    """
    if config.practice_date or config.from_date:
        return config.date_range(now.date())
    return (now - MOST_BEHIND_UTC - timedelta(days=config.days - 1)).date(), (now + MOST_AHEAD_OF_UTC).date()


def first_open_day(now: datetime) -> date:
    """Return the first day of the month before the current one: what is open since then stays on the plan."""
    this_month = (now - MOST_BEHIND_UTC).date().replace(day=1)
    return (this_month - timedelta(days=1)).replace(day=1)
