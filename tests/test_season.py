"""The main job end to end: a season is crawled over HTTP, and every value of every final table is as expected."""

from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands
from tests.support.final_schema import differences, final_rows
from tests.support.whole_season import crawl_settings, differences_from_season


def test_a_season_becomes_the_expected_rows_and_a_rerun_changes_nothing(commands: Commands) -> None:
    with SampleSite(Season.generate()) as site:
        commands.succeed("crawl", **crawl_settings(site))
        commands.succeed("transform")
        assert differences_from_season(commands.database, site) == []
        first = final_rows(commands.database, without=set())

        requests_before = len(site.requests)
        commands.succeed("crawl", **crawl_settings(site))
        commands.succeed("transform")
        assert differences(final_rows(commands.database, without=set()), first) == []
        requested_again = [request.path for request in site.requests[requests_before:]]
        assert not [path for path in requested_again if "view_session" in path]

        commands.succeed("transform", FULL="1")
        assert differences(final_rows(commands.database, without=set()), first) == []
        assert "0 errors" in commands.succeed("verify")
