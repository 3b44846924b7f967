"""Pages of the service over the sample season, read as HTML."""

from collections.abc import Iterator

import httpx
import pytest
from parsel import Selector

from tests.report.reading import text_of
from tests.service.web.conftest import client

__all__ = ["client"]


def page_of(response: httpx.Response, status: int = 200) -> Selector:
    """The document of a page that has this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Selector(response.text)


def texts(page: Selector, css: str) -> list[str]:
    """The text of each element that a selector finds, on one line."""
    return [text_of(element) for element in page.css(css)]


@pytest.fixture
def html_client(client: httpx.Client) -> Iterator[httpx.Client]:
    """A client of the same service, which asks for pages as a browser does."""
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    with httpx.Client(base_url=client.base_url, headers=headers, timeout=client.timeout) as browser:
        yield browser
