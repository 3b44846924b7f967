"""One queue for all tracks: the gap and the number of requests on their way hold whatever happens to single pages."""

from itertools import pairwise

from scraper.sample_site.faults import Delay, Fault, redirect, status
from tests.crawling import DAY, OTHER_TRACK, SESSIONS, TRACK, Crawler

BOTH_TRACKS = {"TRACK": f"{TRACK} {OTHER_TRACK}", "DATE": DAY.isoformat()}
UNLUCKY = str(SESSIONS[1].session_id)


def test_requests_keep_their_distance_over_all_tracks_retries_and_redirects(crawler: Crawler) -> None:
    crawler.misbehave(
        Fault(f"id={UNLUCKY}", status(503), times=1),
        Fault(f"p=view_session&id={SESSIONS[0].session_id}$", redirect(f"?id={SESSIONS[0].session_id}&p=view_session")),
    )
    crawler.succeed(**BOTH_TRACKS, CRAWL_DELAY="0.15", CRAWL_CONCURRENCY="5")
    arrivals = [request.arrived_at for request in crawler.site.requests]
    # robots.txt, two lists, 25 sessions, one retry, one redirect
    assert len(arrivals) == 30
    # A request may be noticed late, never early: a single gap can look smaller than it was, all of them together not.
    assert arrivals[-1] - arrivals[0] >= 0.15 * (len(arrivals) - 1) - 0.1
    close = [before for before, after in pairwise(arrivals) if after - before < 0.1]
    assert len(close) <= 2


def test_never_more_on_their_way_than_set(crawler: Crawler) -> None:
    crawler.misbehave(Fault("practice", Delay(0.1)), Fault(f"id={UNLUCKY}", status(503), times=1))
    crawler.succeed(**BOTH_TRACKS, CRAWL_CONCURRENCY="2")
    assert crawler.site.highest_in_flight <= 2
