"""robots.txt: obeyed, and closed where in doubt."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from scraper.sample_site.responses import page
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler, session_ids
from tests.support.faults import Answer, Fault, FaultySite, Reset, bot_check, redirect, robots, status

FORBIDDING = "User-agent: *\nDisallow: /"
HTML_ERROR = Answer(page(f"<html>{FORBIDDING}</html>", 404))


@pytest.mark.parametrize("fault", [status(403), HTML_ERROR, robots("<html>")])
def test_no_rules_allow_everything(crawler: Crawler, fault: Answer) -> None:
    crawler.misbehave(Fault("robots.txt", fault))
    assert f"{len(SESSIONS)} captured" in crawler.succeed()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (status(503), "status 503"),
        (Reset(), "answer"),
        (redirect("http://127.0.0.1:9/robots.txt"), "not on the track's own site"),
    ],
    ids=["503", "reset", "redirect elsewhere"],
)
def test_rules_that_cannot_be_read_stop_before_the_first_page(
    crawler: Crawler, fault: Answer | Reset, why: str
) -> None:
    crawler.misbehave(Fault("robots.txt", fault))
    line = crawler.fail()
    assert "robots.txt cannot be read" in line
    assert why in line
    assert crawler.asked() == []


def test_a_bot_check_in_place_of_the_rules_stops_before_the_first_page(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", bot_check()))
    assert "robots.txt asks for a human check" in crawler.fail()
    assert crawler.asked() == []


def test_a_forbidden_path_is_named_and_not_asked_for(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", robots(f"User-agent: *\nDisallow: /{TRACK}/practice/")))
    assert f"robots.txt forbids /{TRACK}/practice/?p=session_list&d={DAY}" in crawler.fail()
    assert crawler.asked() == []
    # What is forbidden at one track is no reason to leave another out.
    said = crawler.succeed(TRACK=f"{TRACK} {OTHER_TRACK}", DATE=str(DAY), LIST_ONLY="1")
    assert "1 on record" in said
    assert len(crawler.asked()) == 1


def test_sessions_may_be_forbidden_alone(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", robots("User-agent: practice-warehouse\nDisallow: /*p=view_session")))
    said = crawler.succeed()
    assert f"{len(SESSIONS)} listed, 0 captured, 0 unchanged, {len(SESSIONS)} failed" in said
    assert f"  skipped   {len(SESSIONS)} pages that robots.txt does not allow\n" in said


def test_a_crawl_delay_raises_ours(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", robots("User-agent: *\nCrawl-delay: 0.6\nDisallow:")))
    crawler.succeed(CRAWL_CONCURRENCY="5")
    arrivals = [request.arrived_at for request in crawler.site.requests]
    assert len(arrivals) == 2 + len(SESSIONS)
    # A request may be noticed late, never early: so measure all of them together, and allow for a busy machine.
    assert arrivals[-1] - arrivals[0] > 0.6 * (len(arrivals) - 1) - 0.6


def test_an_absurd_crawl_delay_is_a_refusal(crawler: Crawler) -> None:
    crawler.misbehave(Fault("robots.txt", robots("User-agent: *\nCrawl-delay: 86400")))
    assert "robots.txt asks for 86400 s between two requests" in crawler.fail()
    assert crawler.asked() == []


# Two tracks, two hosts, as on LiveRC; the names are known to nobody but the crawl.
KNOWS_THE_HOSTS = f"""
import socket
socket.gethostbyname = {{"{TRACK}.localhost": "127.0.0.2", "{OTHER_TRACK.lower()}.localhost": "127.0.0.3"}}.__getitem__
"""


@pytest.fixture
def hosts() -> Iterator[tuple[FaultySite, FaultySite]]:
    """A site for each track, both on the same port."""
    try:
        first = FaultySite(SEASON, host="127.0.0.2")
    except OSError:
        pytest.skip("this machine has one loopback address only")
    with first, FaultySite(SEASON, host="127.0.0.3", port=port_of(first)) as second:
        yield first, second


def port_of(site: FaultySite) -> int:
    return int(urlsplit(site.base_url.format(track="x")).port or 0)


def both_tracks(site: FaultySite) -> dict[str, str]:
    """Settings of a crawl of both tracks' day, each on its own host."""
    base_url = f"http://{{track}}.localhost:{port_of(site)}/{{track}}"
    return {"LIVERC_BASE_URL": base_url, "TRACK": f"{TRACK} {OTHER_TRACK}", "DATE": str(DAY)}


def pages_of(site: FaultySite) -> Counter[str]:
    return Counter(request.path.partition("?")[0] for request in site.requests)


def test_each_host_has_rules_of_its_own_which_are_asked_for_once(
    crawler: Crawler, hosts: tuple[FaultySite, FaultySite]
) -> None:
    first, second = hosts
    first.faults = (Fault("robots.txt", robots("User-agent: *\nDisallow: /")),)
    second.faults = (Fault("robots.txt", robots(f"User-agent: *\nDisallow: /{TRACK}/")),)
    said = crawler.succeed(before=KNOWS_THE_HOSTS, **both_tracks(first), CRAWL_CONCURRENCY="5")
    assert f"robots.txt forbids /{TRACK}/practice/?p=session_list&d={DAY}" in said
    assert pages_of(first) == {"/robots.txt": 1}
    sessions = session_ids(SEASON, OTHER_TRACK, DAY)
    assert pages_of(second) == {"/robots.txt": 1, f"/{OTHER_TRACK}/practice/": 1 + len(sessions)}
    assert crawler.captured() == sessions
    assert crawler.failures() == [("list", str(DAY), "not_allowed")]


@pytest.mark.parametrize("fault", [status(503), Reset()], ids=["503", "reset"])
def test_a_host_whose_rules_cannot_be_read_is_not_asked_and_costs_no_other(
    crawler: Crawler, hosts: tuple[FaultySite, FaultySite], fault: Answer | Reset
) -> None:
    first, _ = hosts
    first.faults = (Fault("robots.txt", fault),)
    said = crawler.succeed(before=KNOWS_THE_HOSTS, **both_tracks(first))
    assert f"http://{TRACK}.localhost:" in said
    assert "robots.txt cannot be read" in said
    assert set(pages_of(first)) == {"/robots.txt"}
    assert crawler.captured() == session_ids(SEASON, OTHER_TRACK, DAY)
    assert crawler.failures() == [("list", str(DAY), "not_allowed")]


def test_the_longest_crawl_delay_of_all_hosts_holds_for_all(
    crawler: Crawler, hosts: tuple[FaultySite, FaultySite]
) -> None:
    first, _ = hosts
    first.faults = (Fault("robots.txt", robots("User-agent: *\nCrawl-delay: 1\nDisallow:")),)
    # One after another, so that nothing leaves before the first host's rules are known.
    crawler.succeed(before=KNOWS_THE_HOSTS, **both_tracks(first), CRAWL_CONCURRENCY="1", LIST_ONLY="1")
    arrivals = sorted(request.arrived_at for site in hosts for request in site.requests)
    assert len(arrivals) == 4  # robots.txt and a list of each
    # A request may be noticed late, never early. Were each host asked at its own pace, this would take 2 s.
    assert arrivals[-1] - arrivals[0] > 3 - 0.5
