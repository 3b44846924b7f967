"""A plain HTTP client for the sample site."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from scraper.sample_site.server import SampleSite

GIVE_UP_AFTER = 10.0
"""Seconds without a byte after which a test fails instead of hanging."""


@dataclass(frozen=True)
class Fetched:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


@contextmanager
def connected(site: SampleSite, timeout: float = GIVE_UP_AFTER) -> Iterator[HTTPConnection]:
    """One connection to the site."""
    connection = HTTPConnection(urlsplit(site.base_url).netloc, timeout=timeout)
    try:
        yield connection
    finally:
        connection.close()


def fetch(site: SampleSite, path: str, timeout: float = GIVE_UP_AFTER) -> Fetched:
    """One page over a connection of its own, redirects not followed."""
    with connected(site, timeout) as connection:
        return fetch_over(connection, path)


def fetch_over(connection: HTTPConnection, path: str) -> Fetched:
    """One page over this connection."""
    connection.request("GET", path, headers={"User-Agent": "sample-site-test/1"})
    response = connection.getresponse()
    return Fetched(response.status, dict(response.headers), response.read().decode())
