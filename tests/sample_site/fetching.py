"""A plain HTTP client for the sample site."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from scraper.sample_site.server import SampleSite

TIMEOUT_SECONDS = 10.0
"""Without a byte for so long, a test fails instead of hanging."""


@dataclass(frozen=True)
class Fetched:
    """A response."""

    status: int
    headers: dict[str, str]
    text: str


@contextmanager
def connected(site: SampleSite, timeout: float = TIMEOUT_SECONDS) -> Iterator[HTTPConnection]:
    """A connection to the site."""
    connection = HTTPConnection(urlsplit(site.base_url).netloc, timeout=timeout)
    try:
        yield connection
    finally:
        connection.close()


def fetch(site: SampleSite, path: str, timeout: float = TIMEOUT_SECONDS) -> Fetched:
    """Fetch one page over a new connection, without following redirects."""
    with connected(site, timeout) as connection:
        return fetch_over(connection, path)


def fetch_over(connection: HTTPConnection, path: str) -> Fetched:
    """Fetch one page over this connection."""
    connection.request("GET", path, headers={"User-Agent": "sample-site-test/1"})
    response = connection.getresponse()
    return Fetched(response.status, dict(response.headers), response.read().decode())
