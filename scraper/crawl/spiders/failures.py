"""From an answer that is no page, or no answer at all, to the record of a page that could not be had."""

import logging

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from scraper.crawl.download_errors import explain_download_error
from scraper.crawl.downloader import NotAsked
from scraper.pages import PageErrorKind, is_bot_check
from scraper.raw.items import FailedPage

logger = logging.getLogger(__name__)


def failed_page(request: Request, kind: str, reason: str, response: Response | None = None) -> FailedPage:
    """The record of a page that was asked for and not had."""
    track, page_kind, key = request.meta["practice_page"]
    reason = " ".join(reason.split())
    logger.warning("%s: %s", request.url, reason)
    status, body = (response.status, response.body) if response is not None else (None, b"")
    return FailedPage(track, page_kind, key, request.url, kind, reason, status, body)


def why_not_had(failure: Failure) -> FailedPage | None:
    """The record of what Scrapy's errback got; None when the crawl stopped before the page was asked for."""
    problem = failure.value
    request: Request = failure.request  # type: ignore[attr-defined]
    if isinstance(problem, NotAsked):
        return None
    if isinstance(problem, HttpError):
        response = problem.response
        if isinstance(response, HtmlResponse) and is_bot_check(response.text):
            return failed_page(request, PageErrorKind.BOT_CHECK, "the site asks for a human", response)
        return failed_page(request, "http_status", f"the site answered with status {response.status}", response)
    if isinstance(problem, IgnoreRequest):
        return failed_page(request, "not_allowed", str(problem))
    return failed_page(request, "no_answer", explain_download_error(failure.value))
