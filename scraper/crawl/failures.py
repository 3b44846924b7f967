"""Failed requests: from a Scrapy failure to a FailedPage with a reason in words."""

import logging
from dataclasses import replace
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.crawl.failure_pauses import TEMPORARY_STATUSES
from scraper.crawl.scope import config_of_crawl
from scraper.errors import Code
from scraper.pages import PageErrorKind, is_bot_check
from scraper.raw.items import FailedPage, PageId

logger = logging.getLogger(__name__)

_DOWNLOAD_ERRORS: dict[type[Any], str] = {
    CannotResolveHostError: "no host has this name; is the track's name right?",
    DownloadCancelledError: "the response is larger than any LiveRC page, and was not read to its end",
    DownloadConnectionRefusedError: "the connection is refused",
    DownloadTimeoutError: "no response in time",
    ResponseDataLossError: "the response broke off",
}


class Refusal(IgnoreRequest):
    """A request that must not be sent, and the code of the reason."""

    def __init__(self, reason: str, code: Code) -> None:
        super().__init__(reason)
        self.code = code


class RequestNotSent(IgnoreRequest):
    """The crawl stopped before this request was sent, so its page neither failed nor changed."""


def explain_download_error(problem: BaseException | None) -> str:
    """Say in one line why there is no response."""
    known = _DOWNLOAD_ERRORS.get(type(problem))
    return known or " ".join(f"no response ({type(problem).__name__}: {problem})".split())


def refusal(crawler: Crawler, reason: str, code: Code) -> Refusal:
    """Return the exception that drops a request. A crawl logs it with its page; `scrapy fetch` and the like do not."""
    if config_of_crawl(crawler) is None:
        logger.warning(reason)
    return Refusal(reason, code)


def failed_page(page: PageId, url: str, kind: str, reason: str, response: Response | None = None) -> FailedPage:
    """Log the failure of a page and return its item."""
    reason = " ".join(reason.split())
    logger.warning("%s: %s", url, reason)
    status, body = (response.status, response.body) if response is not None else (None, b"")
    return FailedPage(page, url, kind, reason, status, body, _code_of(kind, status))


def explain_failure(page: PageId, url: str, failure: Failure) -> FailedPage | None:
    """Turn what Scrapy gives an errback into an item; None if the crawl stopped before the request was sent."""
    problem = failure.value
    if isinstance(problem, RequestNotSent):
        return None
    if isinstance(problem, HttpError):
        response = problem.response
        if isinstance(response, HtmlResponse) and is_bot_check(response.text):
            return failed_page(page, url, PageErrorKind.BOT_CHECK, "the site asks for a human check", response)
        return failed_page(page, url, "http_status", f"the site responded with status {response.status}", response)
    if isinstance(problem, IgnoreRequest):
        code = problem.code if isinstance(problem, Refusal) else Code.SITE_REFUSED
        return replace(failed_page(page, url, "not_allowed", str(problem)), code=code)
    return failed_page(page, url, "no_response", explain_download_error(problem))


def _code_of(kind: str, status: int | None) -> Code:
    if kind == "no_response":
        return Code.SITE_UNREACHABLE
    if kind == PageErrorKind.BOT_CHECK:
        return Code.SITE_REFUSED
    if kind != "http_status" or status is None:
        return Code.PAGE_FORMAT_ERROR
    if status in (404, 410):
        return Code.TRACK_NOT_FOUND
    return Code.SITE_REFUSED if 400 <= status < 500 and status not in TEMPORARY_STATUSES else Code.SITE_UNREACHABLE
