"""The main job: a season crawled over HTTP, and every value of every final table equal to the expected one."""

from collections.abc import Iterator

import pytest

from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands
from tests.support.final_schema import differences, final_rows
from tests.support.season_rows import OF_THE_RUN, WHOLE_SEASON, season_rows


@pytest.fixture
def site() -> Iterator[SampleSite]:
    with SampleSite(Season.generate()) as site:
        yield site


def arguments(site: SampleSite) -> dict[str, str]:
    return {
        "LIVERC_BASE_URL": site.base_url,
        "TRACK": " ".join(track.slug for track in site.season.tracks),
        **WHOLE_SEASON,
    }


def test_a_season_becomes_the_expected_rows_and_stays_so(commands: Commands, site: SampleSite) -> None:
    commands.succeed("crawl", **arguments(site))
    commands.succeed("transform")
    assert differences(final_rows(commands.database, OF_THE_RUN), season_rows(site)) == []
    first = final_rows(commands.database, without=set())

    requests_before = len(site.requests)
    commands.succeed("crawl", **arguments(site))
    commands.succeed("transform")
    assert differences(final_rows(commands.database, without=set()), first) == []
    requested_again = [request.path for request in site.requests[requests_before:]]
    assert not [path for path in requested_again if "view_session" in path]

    commands.succeed("transform", FULL="1")
    assert differences(final_rows(commands.database, without=set()), first) == []
    assert "0 errors" in commands.succeed("verify")
