"""robots.txt is obeyed, also when it cannot be read, and when it demands a longer delay."""

import asyncio
import logging
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.misc import load_object

from scraper.crawl.failures import Refusal, RequestNotSent, explain_download_error, refusal
from scraper.crawl.middlewares.retry import LONGEST_WAIT
from scraper.crawl.middlewares.site_slot import site_slot, stop_crawl
from scraper.crawl.stats import CrawlStats
from scraper.crawl.urls import origin_of
from scraper.errors import CannotWork, Code

logger = logging.getLogger(__name__)


class RobotsMiddleware:
    """Replaces Scrapy's RobotsTxtMiddleware, which allows everything when robots.txt cannot be read.

    As RFC 9309 says, a missing robots.txt (any 4xx) allows everything, and one that cannot be read (5xx or no response)
    allows nothing. Scrapy's class also parses the text of an error page, ignores `Crawl-delay`, and hands the rules to
    the first of several waiting requests only.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._stats = CrawlStats(crawler)
        self._parser: type[RobotParser] = load_object(crawler.settings["ROBOTSTXT_PARSER"])
        self._rules: dict[tuple[str, str], asyncio.Future[RobotParser | IgnoreRequest]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware, as Scrapy does."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the rules of the request's host. Raises IgnoreRequest if they do not allow it."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        origin = origin_of(request.url)
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch_rules("://".join(origin)))
        rules = await self._rules[origin]
        if isinstance(rules, IgnoreRequest):
            self._stats.add("pages_forbidden")
            raise rules.with_traceback(None)
        if not rules.allowed(request.url, self._user_agent):
            self._stats.add("pages_forbidden")
            path = request.url.removeprefix("://".join(origin))
            raise refusal(self._crawler, f"robots.txt forbids {path}", Code.ROBOTS_DISALLOWED)

    @property
    def _user_agent(self) -> str:
        return str(self._crawler.settings["USER_AGENT"])

    async def _fetch_rules(self, site: str) -> RobotParser | IgnoreRequest:
        """Return the rules of a host, or the exception to raise for each of its pages."""
        request = Request(f"{site}/robots.txt", callback=NO_CALLBACK, meta={"dont_obey_robotstxt": True})
        try:
            response = await self._crawler.engine.download_async(request)
        except RequestNotSent as stopped:
            return stopped
        except Exception as problem:
            why = str(problem) if isinstance(problem, IgnoreRequest) else explain_download_error(problem)
            return self._unreadable(why, problem.code if isinstance(problem, Refusal) else Code.SITE_UNREACHABLE)
        if response.status >= 500 or 300 <= response.status < 400:
            return self._unreadable(f"status {response.status}")
        rules = self._parser.from_crawler(self._crawler, _rules_in(response))
        self._apply_crawl_delay(rules)
        return rules

    def _apply_crawl_delay(self, rules: RobotParser) -> None:
        delay = rules.crawl_delay(self._user_agent) or 0
        if delay > LONGEST_WAIT:
            problem = f"robots.txt demands {delay:.0f} s between two requests: ask LiveRC first"
            self._stats.set_stop_reason(CannotWork(problem, Code.ROBOTS_DISALLOWED))
            stop_crawl(self._crawler, "robots_delay")
        elif delay > self._crawler.settings.getfloat("DOWNLOAD_DELAY"):
            logger.info("robots.txt demands %g s between two requests, more than CRAWL_DELAY; it is obeyed", delay)
            site_slot(self._crawler).slow_down(delay)

    def _unreadable(self, why: str, code: Code = Code.SITE_UNREACHABLE) -> IgnoreRequest:
        reason = f"robots.txt cannot be read ({why}), so nothing else is requested"
        return refusal(self._crawler, reason, code)


def _rules_in(response: Response) -> bytes:
    """Return the text of robots.txt; an error page has no rules."""
    return b"" if response.status >= 400 else response.body
