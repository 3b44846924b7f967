"""The main job, whole: a season crawled over HTTP, and every value of every final table equal to the truth."""

from collections.abc import Iterator

import pytest

from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.expected.racing import expected_rows
from tests.support.commands_runner import Commands
from tests.support.final_schema import WHEN_WRITTEN, Rows, by_key, differences, final_rows

# What only the run itself can know.
UNKNOWN_BEFOREHAND = WHEN_WRITTEN | {"last_ingested_at"}
RANGE = {"FROM": "2025-01-01", "TO": "2025-10-31"}


@pytest.fixture
def site() -> Iterator[SampleSite]:
    with SampleSite(Season.generate()) as site:
        yield site


def arguments(site: SampleSite) -> dict[str, str]:
    return {"LIVERC_BASE_URL": site.base_url, "TRACK": " ".join(track.slug for track in site.season.tracks), **RANGE}


def truth(site: SampleSite) -> dict[str, Rows]:
    expected = expected_rows(site.season, site.base_url)
    complete = {"races": {"detail_status": "captured", "removed_at": None}}
    return {
        table: by_key(table, [{**row, **complete.get(table, {})} for row in rows]) for table, rows in expected.items()
    }


def test_a_season_becomes_the_truth_and_stays_it(commands: Commands, site: SampleSite) -> None:
    commands.succeed("crawl", **arguments(site))
    commands.succeed("transform")
    assert differences(final_rows(commands.database, UNKNOWN_BEFOREHAND), truth(site)) == []
    first = final_rows(commands.database, without=set())

    requests_before = len(site.requests)
    commands.succeed("crawl", **arguments(site))
    commands.succeed("transform")
    assert differences(final_rows(commands.database, without=set()), first) == []
    asked_again = [request.path for request in site.requests[requests_before:]]
    assert not [path for path in asked_again if "view_session" in path]

    commands.succeed("transform", FULL="1")
    assert differences(final_rows(commands.database, without=set()), first) == []
    assert "0 errors" in commands.succeed("verify")
