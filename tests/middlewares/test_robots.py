"""robots.txt: obeyed, and closed where in doubt."""

import pytest

from scraper.sample_site.deliveries import Reset
from scraper.sample_site.faults import Answer, Fault, bot_check, redirect, robots, status
from scraper.sample_site.responses import page
from tests.crawling import DAY, OTHER_TRACK, SESSIONS, TRACK, Crawler

FORBIDDING = "User-agent: *\nDisallow: /"
HTML_ERROR = Answer(page(f"<html>{FORBIDDING}</html>", 404))


@pytest.mark.parametrize("fault", [status(403), HTML_ERROR, robots("<html>")])
def test_no_rules_allow_everything(crawler: Crawler, fault: Answer) -> None:
    crawler.misbehave(Fault("robots.txt", fault))
    assert "3 captured" in crawler.succeed()


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
    assert "3 listed, 0 captured, 0 unchanged, 3 failed" in said
    assert "  skipped   3 pages that robots.txt does not allow\n" in said


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
