"""robots.txt is obeyed, and nothing is requested where it cannot be read."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest, NotConfigured
from scrapy.http import Response

from scraper.config import Config
from scraper.crawl.failures import RequestNotSent
from scraper.crawl.middlewares.robots import RobotsMiddleware
from scraper.crawl.stats import CrawlStats
from tests.crawl.middlewares.fake_crawler import FakeCrawler
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import Fault, FaultySite, Reset, bot_check, redirect, robots, status

ROBOTS_URL = "http://site/robots.txt"
PAGE = "http://site/a/practice/?p=session_list&d=2025-10-25"
FORBID_ALL = "User-agent: *\nDisallow: /"


def rules(text: str, code: int = 200) -> Response:
    return Response(ROBOTS_URL, code, body=text.encode())


def refusals(crawler: FakeCrawler, *urls: str) -> list[str | None]:
    """Why each of these requests, sent at the same time, is refused; None for one that is not."""
    middleware = RobotsMiddleware(crawler.crawler)

    async def refusal(url: str) -> str | None:
        try:
            await middleware.process_request(Request(url))
        except IgnoreRequest as refused:
            return str(refused)
        return None

    async def all_refusals() -> list[str | None]:
        return await asyncio.gather(*map(refusal, urls))

    return asyncio.run(all_refusals())


@pytest.mark.parametrize(
    "response",
    [rules("", 404), rules(FORBID_ALL, 403), rules(f"<html>{FORBID_ALL}</html>", 404), rules("<html>"), rules("")],
)
def test_a_missing_or_empty_robots_txt_allows_everything(response: Response) -> None:
    assert refusals(FakeCrawler(responses={ROBOTS_URL: response}), PAGE) == [None]


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (rules("", 500), "status 500"),
        (rules("", 503), "status 503"),
        (rules("", 302), "status 302"),
        (DownloadTimeoutError(), "no response in time"),
        (ConnectionResetError("reset"), "no response (ConnectionResetError: reset)"),
        (IgnoreRequest("http://elsewhere/ is not on the track's own site"), "is not on the track's own site"),
    ],
)
def test_nothing_is_allowed_where_robots_txt_cannot_be_read(outcome: Response | Exception, why: str) -> None:
    crawler = FakeCrawler(responses={ROBOTS_URL: outcome})
    first, second = refusals(crawler, PAGE, PAGE)
    assert first == second
    assert first
    assert "robots.txt cannot be read" in first
    assert why in first
    assert crawler.downloads == [ROBOTS_URL]
    assert CrawlStats(crawler.crawler)["pages_forbidden"] == 2


def test_a_request_that_waits_for_rules_when_the_crawl_stops_is_no_failure() -> None:
    crawler = FakeCrawler(responses={ROBOTS_URL: RequestNotSent("the crawl has stopped")})
    with pytest.raises(RequestNotSent):
        asyncio.run(RobotsMiddleware(crawler.crawler).process_request(Request(PAGE)))


def test_all_requests_that_wait_for_rules_obey_them_and_the_rules_are_requested_once() -> None:
    forbidding = rules("User-agent: practice-warehouse\nDisallow: /*p=view_session")
    crawler = FakeCrawler(responses={ROBOTS_URL: forbidding})
    session = "http://site/a/practice/?p=view_session&id=1"
    reason = "robots.txt forbids /a/practice/?p=view_session&id=1"
    assert refusals(crawler, PAGE, session, session, PAGE) == [None, reason, reason, None]
    assert crawler.downloads == [ROBOTS_URL]


def test_each_host_has_rules_of_its_own() -> None:
    crawler = FakeCrawler(responses={ROBOTS_URL: rules("", 404), "http://other:81/robots.txt": rules(FORBID_ALL)})
    assert refusals(crawler, PAGE, "http://other:81/b") == [None, "robots.txt forbids /b"]


@pytest.mark.parametrize(("demanded", "delays"), [("0.2", []), ("0.5", []), ("0.6", [0.6]), ("300", [300])])
def test_a_crawl_delay_raises_ours_and_never_lowers_it(demanded: str, delays: list[float]) -> None:
    response = rules(f"User-agent: *\nCrawl-delay: {demanded}\nDisallow:")
    crawler = FakeCrawler(Config(crawl_delay=0.5), {ROBOTS_URL: response})
    assert refusals(crawler, PAGE) == [None]
    assert crawler.delays == delays


def test_an_absurd_crawl_delay_stops_the_crawl() -> None:
    crawler = FakeCrawler(responses={ROBOTS_URL: rules("User-agent: *\nCrawl-delay: 86400")})
    refusals(crawler, PAGE)
    assert crawler.finish_reasons == ["robots_delay"]
    assert "robots.txt demands 86400 s between two requests" in (crawler.stop_reason or "")


def test_robots_txt_may_be_switched_off_by_scrapys_setting() -> None:
    crawler = FakeCrawler()
    crawler.settings.set("ROBOTSTXT_OBEY", False, "cmdline")
    with pytest.raises(NotConfigured):
        RobotsMiddleware(crawler.crawler)


# Over HTTP


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (status(503), "status 503"),
        (Reset(), "response"),
        (redirect("http://127.0.0.1:9/robots.txt"), "not on the track's own site"),
    ],
    ids=["503", "reset", "redirect elsewhere"],
)
def test_rules_that_cannot_be_read_end_the_crawl_before_the_first_page(
    crawler: Crawler, fault: Reset, why: str
) -> None:
    crawler.misbehave(Fault("robots.txt", fault))
    line = crawler.fail()
    assert "robots.txt cannot be read" in line
    assert why in line
    assert crawler.asked() == []


def test_a_bot_check_in_place_of_the_rules_ends_the_crawl_before_the_first_page(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", bot_check()))
    assert "robots.txt asks for a human check" in crawler.fail()
    assert crawler.asked() == []


def test_a_forbidden_page_is_stored_as_failed_and_others_are_fetched(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", robots(f"User-agent: *\nDisallow: /{TRACK}/practice/")))
    output = crawler.succeed(TRACK=f"{TRACK} {OTHER_TRACK}", DATE=str(DAY), LIST_ONLY="1")
    assert f"robots.txt forbids /{TRACK}/practice/?p=session_list&d={DAY}" in output
    assert "  skipped   " in output
    assert "1 page forbidden by robots.txt" in output
    assert "1 page recorded" in output
    assert len(crawler.asked()) == 1


def test_an_absurd_crawl_delay_ends_the_crawl_before_the_first_page(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", robots("User-agent: *\nCrawl-delay: 86400")))
    assert "robots.txt demands 86400 s between two requests" in crawler.fail()
    assert crawler.asked() == []


def test_a_crawl_delay_holds_for_every_request(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", robots("User-agent: *\nCrawl-delay: 0.6\nDisallow:")))
    crawler.succeed(CRAWL_CONCURRENCY="5")
    arrivals = [request.arrived_at for request in crawler.site.requests]
    assert len(arrivals) == 2 + len(SESSIONS)
    # A request may be recorded late, never early: the sum of all gaps is compared, with one gap as tolerance.
    assert arrivals[-1] - arrivals[0] > 0.6 * (len(arrivals) - 1) - 0.6


# Two tracks on two hosts, as on LiveRC; only the crawl can resolve their names.
RESOLVE_THE_HOSTS = f"""
import socket
socket.gethostbyname = {{"{TRACK}.localhost": "127.0.0.2", "{OTHER_TRACK.lower()}.localhost": "127.0.0.3"}}.__getitem__
"""


@pytest.fixture
def hosts() -> Iterator[tuple[FaultySite, FaultySite]]:
    """A site for each track, on the same port."""
    try:
        first = FaultySite(SEASON, host="127.0.0.2")
    except OSError:
        pytest.skip("this machine has one loopback address only")
    with first, FaultySite(SEASON, host="127.0.0.3", port=port_of(first)) as second:
        yield first, second


def port_of(site: FaultySite) -> int:
    return int(urlsplit(site.base_url.format(track="x")).port or 0)


def both_tracks(site: FaultySite) -> Mapping[str, str]:
    """Settings of a crawl of both tracks' day, each on its own host."""
    base_url = f"http://{{track}}.localhost:{port_of(site)}/{{track}}"
    return {"LIVERC_BASE_URL": base_url, "TRACK": f"{TRACK} {OTHER_TRACK}", "DATE": str(DAY)}


def requests_by_path(site: FaultySite) -> Counter[str]:
    return Counter(request.path.partition("?")[0] for request in site.requests)


def test_each_hosts_rules_are_requested_once_and_affect_that_host_only(
    crawler: Crawler, hosts: tuple[FaultySite, FaultySite]
) -> None:
    first, second = hosts
    first.faults = (Fault("robots.txt", robots("User-agent: *\nDisallow: /")),)
    second.faults = (Fault("robots.txt", robots(f"User-agent: *\nDisallow: /{TRACK}/")),)
    output = crawler.succeed(before=RESOLVE_THE_HOSTS, **both_tracks(first), CRAWL_CONCURRENCY="5")
    assert f"robots.txt forbids /{TRACK}/practice/?p=session_list&d={DAY}" in output
    assert requests_by_path(first) == {"/robots.txt": 1}
    sessions = session_ids(SEASON, OTHER_TRACK, DAY)
    assert requests_by_path(second) == {"/robots.txt": 1, f"/{OTHER_TRACK}/practice/": 1 + len(sessions)}
    assert crawler.captured() == sessions
    assert crawler.failures() == [("list", str(DAY), "not_allowed")]


def test_a_host_without_readable_rules_affects_no_other_host(
    crawler: Crawler, hosts: tuple[FaultySite, FaultySite]
) -> None:
    first, _ = hosts
    first.faults = (Fault("robots.txt", Reset()),)
    output = crawler.succeed(before=RESOLVE_THE_HOSTS, **both_tracks(first))
    assert f"http://{TRACK}.localhost:" in output
    assert "robots.txt cannot be read" in output
    assert set(requests_by_path(first)) == {"/robots.txt"}
    assert crawler.captured() == session_ids(SEASON, OTHER_TRACK, DAY)
    assert crawler.failures() == [("list", str(DAY), "not_allowed")]


def test_the_longest_crawl_delay_of_all_hosts_holds_for_all(
    crawler: Crawler, hosts: tuple[FaultySite, FaultySite]
) -> None:
    first, _ = hosts
    first.faults = (Fault("robots.txt", robots("User-agent: *\nCrawl-delay: 1\nDisallow:")),)
    # One request at a time, so that none is sent before the first host's rules are known.
    crawler.succeed(before=RESOLVE_THE_HOSTS, **both_tracks(first), CRAWL_CONCURRENCY="1", LIST_ONLY="1")
    arrivals = sorted(request.arrived_at for site in hosts for request in site.requests)
    assert len(arrivals) == 4  # robots.txt and a list of each
    # A request may be recorded late, never early. If each host had its own delay, this would take 2 s.
    assert arrivals[-1] - arrivals[0] > 3 - 0.5
