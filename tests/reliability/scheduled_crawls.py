"""Crawls of a simulated site at simulated times: the real planner and the real raw store, without HTTP.

The clock of the planner is that of the simulation. So is that of the database for the statements of the crawler: its
connections find `simulated.now()` before PostgreSQL's own function.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import psycopg
import pytest

from scraper.crawl.scope import CrawlScope, first_open_day
from scraper.crawl.spiders import planner, waiting_pages
from scraper.crawl.stats import CrawlStats
from scraper.crawl.time_bounds import MOST_AHEAD_OF_UTC, MOST_BEHIND_UTC
from scraper.database.connection import Database
from scraper.raw import crawl_log
from scraper.raw.history import RawHistory
from scraper.raw.items import CapturedPage, FailedPage, Item, PageId
from scraper.raw.store import RawStore, connect_to_raw
from tests.crawl.spiders.planned_crawls import new_stats
from tests.reliability.patient_reader import PatientReader
from tests.reliability.simulated_site import SimulatedSite

SECONDS_PER_PAGE = timedelta(seconds=2)

_SIMULATED_CLOCK = """
create schema simulated;
create table simulated.clock (moment timestamptz not null);
insert into simulated.clock values ('-infinity');
create function simulated.now() returns timestamptz language sql stable as 'select moment from simulated.clock';
grant usage on schema simulated to public;
grant select on simulated.clock to public;
alter table raw.failed_pages
    alter column first_failed_at set default simulated.now(), alter column last_failed_at set default simulated.now();
"""
_USE_IT = "select set_config('search_path', 'simulated, pg_catalog', false)"


class Clock:
    """The time of the simulation."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.now = datetime.now(UTC)

    def tell_database(self) -> None:
        """Let statements of the crawler see this time."""
        self._connection.execute("update simulated.clock set moment = %s", [self.now])

    @contextmanager
    def in_charge(self) -> Iterator[None]:
        """Let the planner see this time."""
        clock = self

        class SimulatedTime(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return clock.now.astimezone(tz)

        with pytest.MonkeyPatch.context() as patch:
            for module in (planner, waiting_pages):
                patch.setattr(module, "datetime", SimulatedTime)
            yield


@dataclass(frozen=True)
class Crawl:
    """A crawl: scheduled for the last `days` days, or of the day `named` days ago.

    Pages are stored in groups of `group`. The crawl is killed after `killed_after` pages; those that are not stored
    yet are lost.
    """

    days: int = 2
    named: int | None = None
    list_only: bool = False
    refresh: bool = False
    killed_after: int | None = None
    group: int = 1

    def scope(self, track: str, now: datetime) -> CrawlScope:
        """Return the scope of the crawl at this time, as `CrawlScope.of` does."""
        first = (now - MOST_BEHIND_UTC - timedelta(days=self.days - 1)).date()
        scope = CrawlScope((track,), first, (now + MOST_AHEAD_OF_UTC).date(), open_from=first_open_day(now))
        if self.named is not None:
            day = (now - timedelta(days=self.named)).date()
            scope = CrawlScope.of_days([(track, day)])
        return replace(scope, list_only=self.list_only, refresh=self.refresh)


@dataclass
class Journal:
    """The requests of a crawl, in order, and what was wrong with them."""

    pages: list[PageId] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class ScheduledCrawls:
    """Crawls one after another, of one track at a time, on connections that stay open."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.connection = psycopg.connect(database.conninfo, autocommit=True)
        self.connection.execute(_SIMULATED_CLOCK)
        self.clock = Clock(self.connection)
        self._runner = asyncio.Runner()

    async def _connect(self) -> None:
        reading, writing = await connect_to_raw(self.database), await connect_to_raw(self.database)
        for connection in (reading, writing):
            await connection.execute(_USE_IT)
        crawl_id = crawl_log.begin(self.connection, {"tracks": []})
        self._history, self._store = RawHistory(reading), RawStore(writing, crawl_id)

    def __enter__(self) -> Self:
        self._runner.run(self._connect())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._history.close())
        self._runner.run(self._store.close())
        self._runner.close()
        self.connection.close()

    def run(self, crawl: Crawl, site: SimulatedSite, reader: PatientReader) -> Journal:
        """Crawl. The reader gets what is stored."""
        self.clock.tell_database()
        with self.clock.in_charge():
            return self._runner.run(self._crawl(crawl, site, reader))

    async def _crawl(self, crawl: Crawl, site: SimulatedSite, reader: PatientReader) -> Journal:
        stats, journal, group = new_stats(), Journal(), list[tuple[Item, int | None]]()
        plan = planner.CrawlPlanner(crawl.scope(site.track, self.clock.now), self._history, stats)
        requests = _Requests(crawl, reader, self.clock.now)
        while page := await plan.next_page():
            if crawl.killed_after == len(journal.pages):
                return journal
            journal.pages.append(page)
            journal.wrong.extend(requests.complaints(page))
            self.clock.now += SECONDS_PER_PAGE
            item = site.respond(page, self.clock.now)
            requests.note(item)
            number = requests.number_of(page)
            plan.note(item)
            if isinstance(item, CapturedPage):
                number = reader.number_against(item) if number is None else number
                item = await plan.plan_from(item)
            group.append((item, number))
            if len(group) == crawl.group:
                await self._save(group, reader, stats)
            plan.page_is_done()
        await self._save(group, reader, stats)
        return journal

    async def _save(self, group: list[tuple[Item, int | None]], reader: PatientReader, stats: CrawlStats) -> None:
        if not group:
            return
        self.clock.tell_database()
        stored = await self._store.save([item for item, _ in group])
        for (item, number), is_new in zip(group, stored, strict=True):
            reader.store(item, self.clock.now, number)
            if isinstance(item, FailedPage):
                stats.page_failed(item)
            else:
                stats.page_stored(item, is_new=is_new)
        group.clear()


class _Requests:
    """Watches the requests of a crawl: none twice, none in a pause, few of a kind that cannot be read."""

    def __init__(self, crawl: Crawl, reader: PatientReader, began: datetime) -> None:
        self._crawl, self._reader, self._began = crawl, reader, began
        self._first_month = f"{crawl.scope('', began).first_day:%Y-%m}"
        self._months: dict[str, dict[str, Any]] = {}
        self._rows: dict[str, dict[str, str]] = {}
        self._failing = {page: (each.last_at + reader.pause_of(page), each) for page, each in reader.failing.items()}
        self._blocked = {
            kind: max(each.last_at for each in row.values()) + reader.probe_pause(kind)
            for kind in ("month", "list", "session")
            if (row := reader.unreadable_row(kind))
        }
        self._requested: dict[PageId, None] = {}
        self._unreadable: dict[str, int] = {}
        self._captured: set[str] = set()

    def complaints(self, page: PageId) -> Iterator[str]:
        """Yield what is wrong with requesting this page now."""
        if page in self._requested:
            yield f"{page} is requested twice"
        self._requested[page] = None
        if self._crawl.refresh or (self._crawl.named is not None and page.kind == "list"):
            return  # a person asked for it
        is_read_again = page.kind in self._captured
        due, failing = self._failing.get(page, (self._began, None))
        if due > self._began and not (is_read_again and failing and failing.reason == "unreadable"):
            yield f"{page} is requested in its pause, until {due}: {failing}"
        if not is_read_again and page.kind in self._blocked:
            if self._blocked[page.kind] > self._began:
                yield f"{page}: its kind cannot be read, and the pause of the probe is until {self._blocked[page.kind]}"
            if sum(other.kind == page.kind for other in self._requested) > 1:
                yield f"{page}: its kind cannot be read, and a probe has failed"
        if self._unreadable.get(page.kind, 0) >= 3:
            yield f"{page}: three pages of its kind in a row could not be read"
        if page.kind == "list" and self._reader.rests(page, self.number_of(page), self._began):
            yield f"{page} was read after its day, and its month page shows what it showed then"
        if page.kind == "month" and page.key < self._first_month and self._reader.settles_nothing(page, self._began):
            yield f"{page} did not fail, and no short list of it is due"
        if page.kind == "session" and self._reader.is_final(page, self._rows.get(page.key)):
            yield f"{page} was read after its session, and its row is the same"

    def number_of(self, page: PageId) -> int | None:
        """Return the number of sessions that a month page of this crawl shows for the day of a list."""
        month = self._months.get(page.key[:7]) if page.kind == "list" else None
        if month is None:
            return None
        shown = {day["date"]: int(day["sessions"]) for day in month["days"]}
        return shown.get(page.key, None if "unreadable_rows" in month else 0)

    def note(self, item: Item) -> None:
        """Take note of the response."""
        if isinstance(item, CapturedPage):
            if item.page.kind == "month":
                self._months[item.page.key] = item.payload
            elif item.page.kind == "list":
                self._rows |= {row["session_id"]: row for row in item.payload["sessions"]}
            self._captured.add(item.page.kind)
            self._unreadable[item.page.kind] = 0
        elif item.reason == "unreadable" and item.page not in self._failing:
            self._unreadable[item.page.kind] = self._unreadable.get(item.page.kind, 0) + 1
