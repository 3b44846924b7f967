"""One queue for all tracks: the gap and the number of requests on their way hold whatever happens to single pages."""

from dataclasses import dataclass
from itertools import pairwise

from scraper.sample_site.responses import Response
from scraper.sample_site.server import Visit
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, SESSIONS, TRACK, Crawler
from tests.support.faults import Delay, Fault, redirect, status

BOTH_TRACKS = {"TRACK": f"{TRACK} {OTHER_TRACK}", "DATE": DAY.isoformat()}
UNLUCKY = str(SESSIONS[1].session_id)


@dataclass(frozen=True)
class Detour:
    """Every session's page first sends to another address of itself."""

    def alter(self, _response: Response, visit: Visit) -> Response:
        session_id = visit.target.rpartition("=")[2]
        return redirect(f"?id={session_id}&p=view_session").response


def test_requests_keep_their_distance_over_all_tracks_retries_and_redirects(crawler: Crawler) -> None:
    crawler.misbehave(Fault(f"id={UNLUCKY}", status(503), times=1), Fault("p=view_session&id", Detour()))
    crawler.succeed(**BOTH_TRACKS, CRAWL_DELAY="0.1", CRAWL_CONCURRENCY="5")
    arrivals = [request.arrived_at for request in crawler.site.requests]
    # robots.txt, two lists, the sessions and as many redirects, one retry
    assert len(arrivals) == 1 + 2 + 2 * len([*SESSIONS, *SEASON.day(OTHER_TRACK, DAY).sessions]) + 1
    # A request may be noticed late, never early: a single gap can look smaller than it was, all of them together not.
    # Would redirects not wait, it were half of this.
    assert arrivals[-1] - arrivals[0] >= 0.1 * (len(arrivals) - 1) - 1
    close = [before for before, after in pairwise(arrivals) if after - before < 0.09]
    assert len(close) < len(arrivals) / 4


def test_never_more_on_their_way_than_set(crawler: Crawler) -> None:
    crawler.misbehave(Fault("practice", Delay(0.1)), Fault(f"id={UNLUCKY}", status(503), times=1))
    crawler.succeed(**BOTH_TRACKS, CRAWL_CONCURRENCY="2")
    assert crawler.site.highest_in_flight <= 2
