"""The requests that the benchmark measures are those that docs/crawling.md promises."""

from pathlib import Path

from bench.site_requests import occasions
from scraper.database.connection import Database


def test_every_occasion_costs_exactly_its_limit(database: Database, tmp_path: Path) -> None:
    requests = {each.name: (each.crawled.requests, each.most_requests) for each in occasions(database, tmp_path)}
    assert [name for name, (crawled, limit) in requests.items() if crawled != limit] == []
    assert requests["the month again, unchanged"] == (1, 1)
    assert requests["the month again after the late upload"] == (1, 1)
    assert requests["the month after one day was uploaded late"][0] > 2
