"""The sample season, whole: crawled and derived once for all tests of a module, which only look at it."""

from pathlib import Path

import pytest

from scraper.database.connection import Database
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands

SEASON = Season.generate()


@pytest.fixture(scope="module")
def derived_season(shared_database: Database, dbt_artifacts: Path) -> Commands:
    """The commands, on a database that has all of `SEASON`."""
    commands = Commands(shared_database, dbt_artifacts)
    tracks = " ".join(track.slug for track in SEASON.tracks)
    with SampleSite(SEASON) as site:
        commands.succeed("crawl", LIVERC_BASE_URL=site.base_url, TRACK=tracks, FROM="2025-08-01", TO="2025-10-31")
    commands.succeed("transform")
    return commands
