"""Nobody but the tracks' own sites is ever contacted, whatever redirects and links say."""

import socket
from collections.abc import Iterator

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from scraper.crawl.middlewares.offsite import OffsiteMiddleware
from scraper.crawl.urls import SiteUrls
from tests.support.crawling import SESSIONS, Crawler
from tests.support.faults import Fault, redirect

UNLUCKY = str(SESSIONS[1].session_id)


@pytest.fixture
def bystander() -> Iterator[socket.socket]:
    """Another port, where nobody should knock."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.mark.parametrize(
    ("where", "location"),
    [
        (f"id={UNLUCKY}", "http://127.0.0.1:{port}/practice/"),
        (f"id={UNLUCKY}", "//localhost:{port}/"),
        ("robots.txt", "http://127.0.0.1:{port}/robots.txt"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(
    crawler: Crawler, bystander: socket.socket, where: str, location: str
) -> None:
    crawler.misbehave(Fault(where, redirect(location.format(port=bystander.getsockname()[1]))))
    done = crawler.run()
    assert "is not on the track's own site" in done.stderr
    with pytest.raises(BlockingIOError):
        bystander.accept()


def test_a_redirect_within_the_site_is_followed(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"p=view_session&id={UNLUCKY}$", redirect(f"?id={UNLUCKY}&p=view_session")))
    assert f"{len(SESSIONS)} captured" in crawler.succeed()


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("https://sandy.liverc.com/practice/", True),
        ("https://SANDY.liverc.com/practice/", True),
        ("https://creek.liverc.com/robots.txt", True),
        ("http://sandy.liverc.com/practice/", False),
        ("https://sandy.liverc.com:8443/practice/", False),
        ("https://liverc.com/", False),
        ("https://other.liverc.com/", False),
        ("https://sandy.liverc.com.evil.org/", False),
        ("https://sandy.liverc.com@evil.org/", False),
        ("ftp://sandy.liverc.com/", False),
    ],
)
def test_scheme_host_and_port_must_be_a_tracks_own(url: str, is_ours: bool) -> None:
    guard = OffsiteMiddleware(SiteUrls("https://{track}.liverc.com").origins(("sandy", "creek")))
    if is_ours:
        guard.process_request(Request(url))
    else:
        with pytest.raises(IgnoreRequest, match="not on the track's own site"):
            guard.process_request(Request(url))
