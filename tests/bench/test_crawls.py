"""The pace of a crawl comes from the arrival times, its traffic from the requests that the site received."""

from pathlib import Path

import pytest

from bench.crawls import Pace
from bench.site_requests import Crawls, Traffic, broken_layout, day_pages
from scraper.database.connection import Database
from scraper.sample_site.season import Season
from scraper.sample_site.server import Request, SampleSite


def pace(*arrivals: float) -> Pace:
    return Pace([Request(arrived_at, "/", 200, "") for arrived_at in arrivals], delay=0.1)


def test_a_late_request_changes_one_gap_but_hardly_the_average_of_ten() -> None:
    arrivals = [number / 10 for number in range(21)]
    arrivals[10] += 0.05
    late = pace(*arrivals)
    assert late.least_seconds == pytest.approx(late.seconds) == pytest.approx(2.0)
    assert late.smallest_gap == pytest.approx(0.05)
    assert late.smallest_average_gap == pytest.approx(0.095)


def test_a_crawl_of_few_pages_has_an_average_gap() -> None:
    assert pace(0.0, 0.1, 0.3).smallest_average_gap == pytest.approx(0.15)


def test_the_first_crawl_of_a_day_requests_each_page_once(database: Database, tmp_path: Path) -> None:
    season = Season.generate(tracks=1, days=2, sessions_per_day=3)
    day = list(season.days())[-1]
    with SampleSite(season) as site:
        crawls = Crawls(site, database, tmp_path)
        all_pages = crawls.count(day_pages([day]))
        assert all_pages.requests == 1 + len(day.sessions)
        crawled = crawls.crawl(TRACK=day.track.slug, DATE=f"{day.date}")
        assert sorted(request.path for request in site.requests[1:]) == sorted(day_pages([day]))
    assert crawled == all_pages
    assert str(Traffic(1, 27_345)) == "1 request, 27 kB"


def test_a_day_whose_session_pages_cannot_be_read_costs_few_requests(database: Database, tmp_path: Path) -> None:
    occasion = broken_layout(database, tmp_path, sessions=20)
    assert 3 + 1 + 3 <= occasion.crawled.requests <= occasion.most_requests < occasion.all_pages.requests
