"""The spider for LiveRC's practice days: requests the pages that the planner names, and reads them."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import psycopg
from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from scraper.config import Config, load_config, option_of
from scraper.crawl.extensions.crawl_record import CrawlRecord
from scraper.crawl.failures import explain_failure, failed_page
from scraper.crawl.middlewares.site_slot import stop_crawl
from scraper.crawl.scope import CrawlScope
from scraper.crawl.spiders.planner import CrawlPlanner
from scraper.crawl.stats import CrawlStats
from scraper.crawl.urls import SiteUrls
from scraper.database.diagnosis import explain_error
from scraper.errors import CannotWork, Code, UsageError
from scraper.pages import PageError, PageErrorKind
from scraper.raw.history import RawHistory
from scraper.raw.items import CapturedPage, Item, PageId
from scraper.raw.page_kinds import read_page

logger = logging.getLogger(__name__)

ARGUMENTS = {name: name.upper() for name in ("track", "tracks", "date", "from", "to", "days", "list_only", "refresh")}
"""The spider's arguments, and the setting that each of them overrides."""


class PracticeDaysSpider(Spider):
    """
    Crawl practice days of one or several tracks, and request only pages that may have changed.

        scrapy crawl practice_days -a track=canberraoffroad -a date=2025-10-25

    `track`
        One track or several, separated by commas or spaces: the first part of the host name. Default: TRACKS.
    `date`
        One practice day. Its list is read, and then its stale session pages: those that are not captured yet, that
        failed, whose row in the list has changed, or that were still running when they were read.
    `from`, `to`, or `days` for the last days (the default, DAYS)
        A range. The month page of the range's last month is read first: it names the months and days that have
        sessions, and how many. A list is read only if this number differs from the stored list's, or if the stored list
        was read before its day was over. Of all other days only stale session pages are read.
    `list_only=1`
        Read no session pages; a later crawl fetches them.
    `refresh=1`
        Read every page in the range, fresh or stale, and those that wait because they failed lately.

    Arguments that are not given come from the settings of the same names, in the environment or `.env`. Links are never
    followed: pages yield dates and ids, and URLs are built from those. Scrapy's scheduler holds at most a few requests;
    the planner holds all other pages.
    """

    name = "practice_days"
    config: Config | None
    history: RawHistory | None = None

    def __init__(self, config: Config | None = None, scope: CrawlScope | None = None, **arguments: str) -> None:
        """Take a whole configuration, or arguments. Without either the spider can `parse` pages, but not crawl.

        The scope is that of the configuration unless it is given.
        """
        super().__init__()
        self.config = config or (config_of(arguments) if arguments else None)
        self.scope = scope or (CrawlScope.of(self.config, datetime.now(UTC)) if self.config else None)
        self.tracks = self.scope.tracks if self.scope else ()

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Return whether a URL is a practice page, for `scrapy fetch`, `parse` and `shell`."""
        return SiteUrls(load_config().liverc_base_url).page_at(request.url) is not None

    @property
    def stats(self) -> CrawlStats:
        """The figures of this crawl."""
        return CrawlStats(self.crawler)

    @property
    def urls(self) -> SiteUrls:
        """The URLs of the configured site."""
        return SiteUrls(self.crawler.settings["LIVERC_BASE_URL"])

    async def start(self) -> AsyncIterator[Request]:
        """Yield a request for each planned page, once it can be sent; until then the planner may change the order."""
        record, engine = self.crawler.get_extension(CrawlRecord), self.crawler.engine
        if record is None:
            logger.error("nothing to crawl: give arguments such as -a track=canberraoffroad -a date=2025-10-25")
            raise CloseSpider("no_arguments")
        try:
            self.history = await RawHistory.connect(record.database)
            self.planner = CrawlPlanner(record.scope, self.history, self.stats)
            while (page := await self.planner.next_page()) is not None:
                yield self.request_for(page)
                if engine.needs_backout():
                    await self.crawler.signals.wait_for(signals.scheduler_empty)
        except psycopg.Error as problem:
            self._stop_without_database(problem)

    def request_for(self, page: PageId) -> Request:
        """Return the request for a page."""
        return Request(
            self.urls.of_page(page),
            callback=self.read,
            errback=self.record_failure,
            cb_kwargs={"page": page},
            # The planner names no page twice. Scrapy's filter would keep every URL in memory, and drop silently.
            dont_filter=True,
        )

    async def read(self, response: Response, page: PageId) -> AsyncIterator[Item]:
        """Yield the item of a page, and plan what it leads to. A page that cannot be read is stored as failed."""
        try:
            captured = self._captured(response, page)
            self.planner.note(captured)
            captured = await self.planner.plan_from(captured)
            yield captured
            for row in captured.payload.get("unreadable_rows", []):
                logger.warning("%s: a row cannot be read (%s): %s", response.url, row["reason"], row["row"])
        except PageError as problem:
            failed = failed_page(page, response.url, problem.kind, problem.reason, response)
            self.planner.note(failed)
            yield failed
        except psycopg.OperationalError as problem:
            self._stop_without_database(problem)
        finally:
            self.planner.page_is_done()

    def record_failure(self, failure: Failure) -> Iterator[Item]:
        """Yield the item of a page without a response, or with another status than 200."""
        request: Request = failure.request  # type: ignore[attr-defined]
        try:
            failed = explain_failure(request.cb_kwargs["page"], request.url, failure)
            if failed is not None:
                self.planner.note(failed)
                yield failed
        finally:
            self.planner.page_is_done()

    def parse(self, response: Response) -> Iterator[Item]:
        """Yield the item of one page, for `scrapy parse URL`; nothing is planned."""
        page = self.urls.page_at(response.url)
        if page is None:
            logger.error("%s is no practice page of %s", response.url, self.urls.base_url)
            return
        try:
            yield self._captured(response, page)
        except PageError as problem:
            yield failed_page(page, response.url, problem.kind, problem.reason)

    def _captured(self, response: Response, page: PageId) -> CapturedPage:
        if not isinstance(response, HtmlResponse):
            raise PageError(PageErrorKind.NOT_LIVERC, "the response is no HTML page")
        return read_page(page, response.url, response.text, response.body)

    def _stop_without_database(self, problem: psycopg.Error) -> None:
        self.stats.set_stop_reason(CannotWork(explain_error(problem), Code.DATABASE_UNAVAILABLE))
        stop_crawl(self.crawler, "database_lost")

    async def closed(self, _: str) -> None:
        """Close the connection, if there was one."""
        if self.history is not None:
            await self.history.close()


def config_of(arguments: dict[str, str]) -> Config:
    """Return the configuration with these arguments in place of its settings. Raises UsageError for a wrong one."""
    if unknown := sorted(set(arguments) - set(ARGUMENTS)):
        raise UsageError(f"the spider has no argument {unknown[0]}: it takes {', '.join(ARGUMENTS)}")
    try:
        return load_config({ARGUMENTS[name]: value for name, value in arguments.items()})
    except UsageError as problem:
        text = str(problem)
        for name in arguments:
            text = text.replace(option_of(ARGUMENTS[name]), name)
        raise UsageError(text) from None
