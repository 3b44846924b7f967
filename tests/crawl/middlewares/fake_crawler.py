"""A crawler for tests of single middlewares, which sends nothing."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from scrapy.spiders import Spider
from scrapy.statscollectors import MemoryStatsCollector

from scraper.config import Config
from scraper.crawl import settings
from scraper.crawl.config_addon import scrapy_settings
from scraper.crawl.stats import CrawlStats


class FakeCrawler:
    """Has settings, stats and a spider, and records what middlewares do to the site's slot.

    `responses` has what the engine downloads by URL: a response, or an exception that it raises.
    """

    def __init__(self, config: Config | None = None, responses: Mapping[str, Response | Exception] = {}) -> None:
        self.settings = Settings()
        self.settings.setmodule(settings, priority="project")
        self.settings.setdict(scrapy_settings(config or Config()), priority="project")
        self.stats = MemoryStatsCollector(self.crawler)
        self.spider = Spider("crawl")
        self.spider.crawler = self.crawler
        self.engine = SimpleNamespace(download_async=self._download)
        self.downloads: list[str] = []
        self.pauses: list[float] = []
        self.finish_reasons: list[str] = []
        self.delays: list[float] = []
        self._responses = responses

    @property
    def crawler(self) -> Crawler:
        """This object, where a Crawler is expected."""
        return cast(Crawler, self)

    @property
    def stop_reason(self) -> str | None:
        """Why the crawl was stopped."""
        reason = CrawlStats(self.crawler).stop_reason
        return None if reason is None else str(reason)

    def get_downloader_middleware(self, _: type[Any]) -> Any:
        """Return the slot, which records."""
        return SimpleNamespace(pause=self.pauses.append, stop=self.finish_reasons.append, slow_down=self.delays.append)

    async def _download(self, request: Request) -> Response:
        self.downloads.append(request.url)
        await asyncio.sleep(0)
        response = self._responses[request.url]
        if isinstance(response, Exception):
            raise response
        return response


def html_response(status: int, html: str = "<html></html>", url: str = "http://site/a/", **headers: str) -> Response:
    """A response with HTML; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HtmlResponse(url, status, headers=named, body=html.encode())
