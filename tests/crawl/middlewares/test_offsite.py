"""Only the tracks' own sites are contacted, whatever redirects say."""

import socket
from collections.abc import Iterator

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from scraper.config import Config
from scraper.crawl.middlewares.offsite import OffsiteMiddleware
from scraper.crawl.spiders.practice_days import PracticeDaysSpider
from tests.crawl.middlewares.fake_crawler import FakeCrawler
from tests.support.crawling import SESSIONS, Crawler
from tests.support.faults import Fault, redirect


@pytest.fixture
def bystander() -> Iterator[socket.socket]:
    """A port that the crawl must not contact."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def test_a_redirect_elsewhere_is_not_followed_and_one_within_the_site_is(
    crawler: Crawler, bystander: socket.socket
) -> None:
    port = bystander.getsockname()[1]
    within, elsewhere, localhost = (str(session.session_id) for session in SESSIONS[:3])
    crawler.misbehave(
        Fault(f"p=view_session&id={within}$", redirect(f"?id={within}&p=view_session")),
        Fault(f"id={elsewhere}$", redirect(f"http://127.0.0.1:{port}/practice/")),
        Fault(f"id={localhost}$", redirect(f"//localhost:{port}/")),
    )
    output = crawler.succeed()
    assert output.count("is not on the track's own site") == 2
    assert within in crawler.captured()
    assert crawler.failures() == [("session", key, "not_allowed") for key in sorted([elsewhere, localhost])]
    with pytest.raises(BlockingIOError):
        bystander.accept()


def test_a_redirect_of_robots_txt_elsewhere_is_not_followed(crawler: Crawler, bystander: socket.socket) -> None:
    crawler.misbehave(Fault("robots.txt", redirect(f"http://127.0.0.1:{bystander.getsockname()[1]}/robots.txt")))
    assert "is not on the track's own site" in crawler.fail()
    with pytest.raises(BlockingIOError):
        bystander.accept()


ALLOWED_FOR_ALL = [
    ("https://sandy.liverc.com/practice/", True),
    ("https://SANDY.liverc.com/practice/", True),
    ("https://creek.liverc.com/robots.txt", True),
    ("http://sandy.liverc.com/practice/", False),
    ("https://sandy.liverc.com:8443/practice/", False),
    ("https://liverc.com/", False),
    ("https://sandy.liverc.com.evil.org/", False),
    ("https://sandy.liverc.com@evil.org/", False),
    ("https://sandy@evil.org/.liverc.com/", False),
    ("ftp://sandy.liverc.com/", False),
]


@pytest.mark.parametrize(("url", "is_allowed"), [*ALLOWED_FOR_ALL, ("https://other.liverc.com/", False)])
def test_a_crawl_may_request_scheme_host_and_port_of_its_own_tracks(url: str, is_allowed: bool) -> None:
    crawler = FakeCrawler()
    crawler.spider = PracticeDaysSpider(Config(named_tracks=("sandy", "creek")))
    assert allows(crawler, url) is is_allowed


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [*ALLOWED_FOR_ALL, ("https://other.liverc.com/", True), ("https://two.levels.liverc.com/", False)],
)
def test_a_spider_without_tracks_may_request_any_track(url: str, is_allowed: bool) -> None:
    assert allows(FakeCrawler(), url) is is_allowed


def test_where_tracks_are_paths_there_is_one_origin() -> None:
    crawler = FakeCrawler(Config(liverc_base_url="http://127.0.0.1:8000/{track}"))
    assert allows(crawler, "http://127.0.0.1:8000/robots.txt")
    assert not allows(crawler, "http://127.0.0.1:8001/robots.txt")


def test_nothing_may_be_requested_while_crawling_is_disabled() -> None:
    assert not allows(FakeCrawler(Config(crawl_disabled=True)), "https://sandy.liverc.com/practice/")


def allows(crawler: FakeCrawler, url: str) -> bool:
    try:
        OffsiteMiddleware(crawler.crawler).process_request(Request(url))
    except IgnoreRequest:
        return False
    return True
