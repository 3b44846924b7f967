"""LiveRC's practice days: asks for the pages that the plan names, and reads them."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import psycopg
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from scraper.crawl.downloader import stop_crawl
from scraper.crawl.spiders.failures import failed_page, why_not_had
from scraper.crawl.spiders.page_queue import PageToAsk
from scraper.crawl.spiders.planner import CrawlPlanner
from scraper.crawl.stats import CrawlStats
from scraper.crawl.urls import SiteUrls
from scraper.database.diagnosis import explain_error
from scraper.pages import DayListPage, MonthPage, PageError, PageErrorKind, SessionPage
from scraper.raw.history import RawHistory
from scraper.raw.items import Page, PracticeList, PracticeMonth, PracticeSession

logger = logging.getLogger(__name__)


class PracticeDaysSpider(Spider):
    """
    Crawl practice days of one or several tracks, asking for nothing that can be known without asking.

    A day (`DATE`)
        Its list is read, then the session pages that can have changed: those not captured yet, those that failed,
        those whose row in the list is not the one that they were captured with, and those that were still running.
    A range of days (`FROM`, `TO`), or the last `DAYS` days when no date is given
        The month page of the range's last month is read first: it says which months and days have sessions at all, and
        how many. A list is read only if that number is not the stored list's, or if that was read before the day was
        over. Of the other days only those session pages are read that are still missing.
    `LIST_ONLY=1`
        No session pages; a later crawl fetches them.
    `REFRESH=1`
        Everything in the range, whatever is stored.

    Links are never followed: a page yields dates and ids, and the URLs are made from those.
    """

    name = "practice_days"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "PracticeDaysSpider":
        """As Scrapy makes it, from the settings that `make crawl` passes on."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.addresses = SiteUrls(crawler.settings["PRACTICE_CONFIG"].liverc_base_url)
        spider.stats = CrawlStats(crawler)
        return spider

    addresses: SiteUrls
    stats: CrawlStats
    stored: RawHistory | None = None

    async def start(self) -> AsyncIterator[Request]:
        """The planned pages, each when there is room for it: until then it is no request, and may be overtaken."""
        settings, engine = self.crawler.settings, self.crawler.engine
        try:
            self.stored = await RawHistory.connect(settings["PRACTICE_DATABASE"])
        except psycopg.Error as problem:
            self._stop_without_database(problem)
            return
        self.plan = CrawlPlanner(settings["PRACTICE_CONFIG"], settings["PRACTICE_DAYS"], self.stored, self.stats)
        while (page := await self.plan.next_page()) is not None:
            yield self.ask(page)
            if engine is not None and engine.needs_backout():
                await self.crawler.signals.wait_for(signals.scheduler_empty)

    def ask(self, page: PageToAsk) -> Request:
        """The request for a page."""
        return Request(
            self.addresses.of_page(page.track, page.kind, page.key),
            callback=self.read,
            errback=self.record_failure,
            cb_kwargs={"page": page},
            meta={"practice_page": (page.track, page.kind, page.key)},
            # The plan names no page twice. Scrapy's filter would keep every URL in memory, and drop in silence.
            dont_filter=True,
        )

    async def read(self, response: Response, page: PageToAsk) -> AsyncIterator[Any]:
        """What a page says. One that its page object refuses costs itself alone, and is on record with its body."""
        try:
            if not isinstance(response, HtmlResponse):
                raise PageError(PageErrorKind.NOT_LIVERC, "the answer is no HTML page")
            item = await self._read_and_plan(response, page)
            yield item
            for problem in item.payload.get("unreadable_rows", []):
                logger.warning("%s: a row cannot be read (%s): %s", response.url, problem["reason"], problem["row"])
        except PageError as problem:
            yield failed_page(request_of(response), problem.kind, problem.reason, response)
        except psycopg.OperationalError as problem:
            self._stop_without_database(problem)
        finally:
            self.plan.page_is_done()

    def _stop_without_database(self, problem: psycopg.Error) -> None:
        self.stats.stop(explain_error(problem))
        stop_crawl(self.crawler, "database_lost")

    async def _read_and_plan(self, response: HtmlResponse, page: PageToAsk) -> Page:
        """The page's item; what it says is worth asking for is planned."""
        track, key = page.track, page.key
        if page.kind == "month":
            month = MonthPage(response.text, month=key).payload()
            await self.plan.month_is_read(track, key, month)
            return PracticeMonth(track, key, response.url, month, response.body)
        if page.kind == "list":
            day = date.fromisoformat(key)
            day_list = DayListPage(response.text, date=key).payload()
            await self.plan.list_is_read(track, day, day_list["sessions"])
            return PracticeList(track, day, response.url, day_list, response.body)
        return PracticeSession(track, key, response.url, SessionPage(response.text).payload(), response.body)

    def record_failure(self, failure: Failure) -> Iterator[Any]:
        """A page that did not come, or came with another status than 200."""
        try:
            failed = why_not_had(failure)
            if failed is not None:
                yield failed
        finally:
            self.plan.page_is_done()

    async def closed(self, _: str) -> None:
        """Give the connection back, if there was one."""
        if self.stored is not None:
            await self.stored.close()


def request_of(response: Response) -> Request:
    """What was asked for. Raises ValueError for a response that answers nothing."""
    if response.request is None:
        raise ValueError(f"{response.url} is no answer to a request")
    return response.request
