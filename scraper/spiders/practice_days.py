"""Which month, list and session pages of LiveRC's practice days are worth a request."""

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from scraper.addresses import SiteAddresses
from scraper.config import Config
from scraper.database_diagnosis import what_went_wrong
from scraper.items import PracticeList, PracticeMonth, PracticeSession
from scraper.pages import DayListPage, MonthPage, PageError, PageErrorKind, SessionPage
from scraper.raw_store import RawStore
from scraper.site_queue import stop_crawl
from scraper.spiders.failures import failed_page, why_not_had
from scraper.stats import CrawlStats

logger = logging.getLogger(__name__)

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])\Z")


class PracticeDaysSpider(Spider):
    """
    Crawl practice days of one or several tracks.

    A day (`DATE`)
        Its list is read, then the session pages that can have changed: those not captured yet, those that failed,
        and those whose row in the list is not the one that they were captured with.
    A range of days (`FROM`, `TO`), or the last `DAYS` days when no date is given
        The month page of the range's last month is read first: it says which months and days have sessions at all, and
        only those are asked for. Then each day as above.
    `LIST_ONLY=1`
        No session pages; a later crawl fetches them.

    Links are never followed: a page yields dates and ids, and the URLs are made from those.
    """

    name = "practice_days"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "PracticeDaysSpider":
        """As Scrapy makes it, from the settings that `make crawl` passes on."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.config = crawler.settings["PRACTICE_CONFIG"]
        spider.first_day, spider.last_day = crawler.settings["PRACTICE_DAYS"]
        spider.addresses = SiteAddresses(spider.config.liverc_base_url)
        spider.stats = CrawlStats(crawler)
        return spider

    config: Config
    addresses: SiteAddresses
    stats: CrawlStats
    first_day: date
    last_day: date

    async def start(self) -> AsyncIterator[Request]:
        """The first page of each track: its list for a single day, else the month that tells what there is."""
        settings = self.crawler.settings
        self.store = await RawStore.connect(settings["PRACTICE_DATABASE"], settings["PRACTICE_CRAWL_ID"])
        for track in self.config.tracks:
            if self.config.practice_date:
                yield self.ask_list(track, self.config.practice_date)
            else:
                yield self.ask_month(track, newest_month(self.last_day, datetime.now(UTC)), is_first=True)

    async def parse_month(self, response: Response, track: str, month: str, *, is_first: bool) -> AsyncIterator[Any]:
        """The days of a month that lie in the range; of a track's first page, also its other months in the range."""
        payload = MonthPage(response.text, month=month).payload()
        yield PracticeMonth(track, month, response.url, payload, response.body)
        self._report_unreadable_rows(response, payload)
        for day in sorted({day["date"] for day in payload["days"]}):
            if month_of(self.first_day) <= month <= month_of(self.last_day) and day.startswith(month):
                practice_date = date.fromisoformat(day)
                if self.first_day <= practice_date <= self.last_day:
                    yield self.ask_list(track, practice_date)
        if is_first:
            for other in sorted(set(payload["available_months"]) - {month}):
                if _MONTH.match(other) and month_of(self.first_day) <= other <= month_of(self.last_day):
                    yield self.ask_month(track, other, is_first=False)

    async def parse_list(self, response: Response, track: str, practice_date: date) -> AsyncIterator[Any]:
        """The day's sessions, and of their pages those that can have changed."""
        payload = DayListPage(response.text, date=practice_date.isoformat()).payload()
        rows = {row["session_id"]: row for row in payload["sessions"]}
        captured_with = await self.store.captured_with(track, practice_date, list(rows))
        yield PracticeList(track, practice_date, response.url, payload, response.body)
        self._report_unreadable_rows(response, payload)

        changed = [session_id for session_id, row in rows.items() if row not in captured_with.get(session_id, [])]
        to_fetch = [] if self.config.list_only else changed
        self.stats.add("sessions_listed", len(rows))
        self.stats.add("sessions_unasked", len(rows) - len(changed))
        logger.info("%s %s: %d sessions listed, %d to fetch", track, practice_date, len(rows), len(to_fetch))
        for session_id in to_fetch:
            yield self.ask_session(track, session_id)

    async def parse_session(self, response: Response, track: str, session_id: str) -> AsyncIterator[Any]:
        """One session with its laps."""
        payload = SessionPage(response.text).payload()
        yield PracticeSession(track, session_id, response.url, payload, response.body)
        self._report_unreadable_rows(response, payload)

    def ask_month(self, track: str, month: str, *, is_first: bool) -> Request:
        """Ask for a month page."""
        url = self.addresses.of_month(track, month)
        return self._ask(url, self.parse_month, ("month", month), track=track, month=month, is_first=is_first)

    def ask_list(self, track: str, practice_date: date) -> Request:
        """Ask for a day's list; before any session page, so that all days are known early."""
        url = self.addresses.of_list(track, practice_date)
        page = ("list", practice_date.isoformat())
        return self._ask(url, self.parse_list, page, priority=1, track=track, practice_date=practice_date)

    def ask_session(self, track: str, session_id: str) -> Request:
        """Ask for a session's page."""
        url = self.addresses.of_session(track, session_id)
        return self._ask(url, self.parse_session, ("session", session_id), track=track, session_id=session_id)

    def _ask(
        self, url: str, parse: Callable[..., AsyncIterator[Any]], page: tuple[str, str], priority: int = 0, **about: Any
    ) -> Request:
        self.stats.add("pages_asked")
        return Request(
            url,
            callback=self._read_with(parse),
            errback=self.record_failure,
            cb_kwargs=about,
            meta={"practice_page": (about["track"], *page)},
            priority=priority,
            # The spider asks for no page twice. Scrapy's filter would keep every URL in memory, and drop in silence.
            dont_filter=True,
        )

    def _read_with(self, parse: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
        """A page object that refuses its page must cost that page alone, and leave a record with the page's body."""

        async def read(response: Response, **about: Any) -> AsyncIterator[Any]:
            try:
                if not isinstance(response, HtmlResponse):
                    raise PageError(PageErrorKind.NOT_LIVERC, "the answer is no HTML page")
                async for result in parse(response, **about):
                    yield result
            except PageError as problem:
                yield failed_page(request_of(response), problem.kind, problem.reason, response)
            except psycopg.OperationalError as problem:
                self.stats.stop(what_went_wrong(problem))
                stop_crawl(self.crawler, "database_lost")

        return read

    def record_failure(self, failure: Failure) -> Iterator[Any]:
        """A page that did not come, or came with another status than 200."""
        failed = why_not_had(failure)
        if failed is not None:
            yield failed

    def _report_unreadable_rows(self, response: Response, payload: dict[str, Any]) -> None:
        for problem in payload.get("unreadable_rows", []):
            logger.warning("%s: a row cannot be read (%s): %s", response.url, problem["reason"], problem["row"])

    async def closed(self, _: str) -> None:
        """Give the connection back."""
        await self.store.close()


def request_of(response: Response) -> Request:
    """What was asked for. Raises ValueError for a response that answers nothing."""
    if response.request is None:
        raise ValueError(f"{response.url} is no answer to a request")
    return response.request


def month_of(day: date) -> str:
    """A day's month as LiveRC writes it, `YYYY-MM`."""
    return day.isoformat()[:7]


def newest_month(last_day: date, now: datetime) -> str:
    """The last month of a range that has begun everywhere on earth: nobody knows what LiveRC shows for a coming one.

    Whichever month is asked for, its page names all months that have sessions.
    """
    return month_of(min(last_day, (now - timedelta(hours=12)).date()))
