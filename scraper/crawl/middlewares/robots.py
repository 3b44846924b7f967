"""robots.txt is obeyed, also when it cannot be had, and when it asks for more time between requests."""

import logging
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from scraper.crawl.download_errors import explain_download_error
from scraper.crawl.downloader import NotAsked, downloader_of, stop_crawl
from scraper.crawl.middlewares.retry import LONGEST_WAIT
from scraper.crawl.stats import CrawlStats

logger = logging.getLogger(__name__)


class Robots(RobotsTxtMiddleware):
    """Scrapy's, but closed where in doubt.

    No robots.txt (any 4xx) allows everything, as RFC 9309 has it. A server's error or no answer allows nothing: Scrapy
    would take it for consent, and would look for rules in the text of an error page.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._refusals: dict[str, IgnoreRequest] = {}
        crawler.signals.connect(self._heed_crawl_delay, signals.robots_parsed)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules for a request; None where they cannot be had.

        Of several requests that wait for the same rules Scrapy hands them to the first, and None to the others.
        """
        parser = await super().robot_parser(request)
        known = self._parsers[urlparse_cached(request).netloc]
        return known if isinstance(known, RobotParser) else parser

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let the request pass, or say why not."""
        url = urlparse_cached(request)
        if rp is not None and rp.allowed(request.url, self.crawler.settings["USER_AGENT"]):
            return
        CrawlStats(self.crawler).add("pages_forbidden")
        raise self._refusals[url.netloc] if rp is None else IgnoreRequest(f"robots.txt forbids {url.path}?{url.query}")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or 300 <= response.status < 400:
            raise IgnoreRequest(f"status {response.status}")
        no_rules = response.status >= 400
        await super()._parse_robots(response.replace(body=b"") if no_rules else response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        why = str(exc) if isinstance(exc, IgnoreRequest) else explain_download_error(exc)
        not_asked = IgnoreRequest(f"robots.txt cannot be read ({why}), so that nothing else is asked")
        self._refusals[netloc] = exc if isinstance(exc, NotAsked) else not_asked
        super()._robots_error(exc, netloc)

    def _heed_crawl_delay(self, robotparser: RobotParser, **_: Any) -> None:
        """Before any request waits for the rules no longer."""
        delay = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"]) or 0
        if delay > LONGEST_WAIT:
            CrawlStats(self.crawler).stop(f"robots.txt asks for {delay:.0f} s between two requests: ask LiveRC first")
            stop_crawl(self.crawler, "robots_delay")
        elif delay > self.crawler.settings.getfloat("DOWNLOAD_DELAY"):
            logger.info("robots.txt asks for %g s between two requests, more than CRAWL_DELAY: so be it", delay)
            downloader_of(self.crawler).slow_down(delay)
