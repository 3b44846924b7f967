"""Crawls without HTTP: planner, page objects and raw tables, with a season's pages in place of the site."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import psycopg
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from scraper.crawl.scope import CrawlScope
from scraper.crawl.spiders.planner import CrawlPlanner
from scraper.crawl.stats import CrawlStats, summary
from scraper.crawl.urls import SiteUrls
from scraper.database.connection import Database
from scraper.pages import PageError
from scraper.raw import crawl_log
from scraper.raw.history import RawHistory
from scraper.raw.items import FailedPage, Item, PageId
from scraper.raw.page_kinds import read_page
from scraper.raw.store import RawStore
from scraper.sample_site.responses import respond
from scraper.sample_site.season import Season

SITE = SiteUrls("http://site/{track}")


@dataclass
class PlannedCrawls:
    """Crawls on one database. A page is stored before the next one is requested, as with one request at a time.

    Paths that match the regular expression `missing` respond with status 404. `rewrite` changes the HTML of a path.
    """

    database: Database
    season: Season
    missing: str = "$^"
    rewrite: Callable[[str, str], str] = lambda _, html: html
    paths: list[str] = field(default_factory=list)
    """The paths of the pages that the last crawl requested, in order."""

    def crawl(self, scope: CrawlScope) -> list[str]:
        """Crawl. Return the paths of the requested pages, in order."""
        self.stats_of(scope)
        return self.paths

    def stats_of(self, scope: CrawlScope) -> CrawlStats:
        """Crawl. Return the figures."""
        self.paths, stats = asyncio.run(self._crawl(scope))
        return stats

    def let_pass(self, time: timedelta) -> None:
        """Let the failures be older by this time."""
        self.rows(
            "update raw.failed_pages set first_failed_at = first_failed_at - %(time)s,"
            " last_failed_at = last_failed_at - %(time)s",
            time=time,
        )

    def summary_of(self, scope: CrawlScope) -> str:
        """Crawl. Return the lines of the summary."""
        stats = self.stats_of(scope)
        return "\n".join(summary(1, "finished", stats, stats.figures, 0))

    def figures_of(self, scope: CrawlScope) -> dict[str, int]:
        """Crawl. Return the figures of `raw.crawls`."""
        return self.stats_of(scope).figures

    def rows(self, query: str, *parameters: Any, **named: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query, if it has any."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            cursor = connection.execute(query, named or parameters or None)
            return cursor.fetchall() if cursor.description else []

    def failures(self) -> list[tuple[Any, ...]]:
        """Return kind and key of each unresolved failure."""
        return self.rows("select page_kind, page_key from raw.failed_pages where resolved_at is null order by 1, 2")

    def captured(self) -> set[str]:
        """Return the ids of the stored sessions."""
        return {session_id for (session_id,) in self.rows("select session_id from raw.practice_sessions")}

    async def _crawl(self, scope: CrawlScope) -> tuple[list[str], CrawlStats]:
        stats, paths = new_stats(), list[str]()
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            crawl_id = crawl_log.begin(connection, {"tracks": scope.tracks})
        history, store = await RawHistory.connect(self.database), await RawStore.connect(self.database, crawl_id)
        try:
            planner = CrawlPlanner(scope, history, stats)
            while page := await planner.next_page():
                paths.append(path_of(page))
                item = await self._item(planner, page)
                planner.note(item)
                (is_new,) = await store.save([item])
                _count(stats, item, is_new=is_new)
                planner.page_is_done()
        finally:
            await history.close()
            await store.close()
        return paths, stats

    async def _item(self, planner: CrawlPlanner, page: PageId) -> Item:
        path = path_of(page)
        response = respond(self.season, path, visit=1)
        if response.status != 200 or re.search(self.missing, path):
            return FailedPage(page, f"http://site{path}", "http_status", "status 404", 404)
        try:
            captured = read_page(page, f"http://site{path}", self.rewrite(path, response.body.decode()))
            captured = await planner.plan_from(captured)
        except PageError as problem:
            return FailedPage(page, f"http://site{path}", problem.kind, problem.reason)
        return captured


def path_of(page: PageId) -> str:
    """Return the path of a page, with its query."""
    return SITE.of_page(page).removeprefix("http://site")


def _count(stats: CrawlStats, item: Item, *, is_new: bool) -> None:
    if isinstance(item, FailedPage):
        stats.page_failed(item)
    else:
        stats.page_stored(item, is_new=is_new)


def new_stats() -> CrawlStats:
    """Return the figures of a crawl that has not begun."""
    crawler = SimpleNamespace(settings=Settings({"STATS_DUMP": False}))
    crawler.stats = MemoryStatsCollector(cast(Crawler, crawler))
    return CrawlStats(cast(Crawler, crawler))


def sorted_paths(pages: Sequence[PageId]) -> list[str]:
    """Return the paths of pages, sorted."""
    return sorted(map(path_of, pages))
