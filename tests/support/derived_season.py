"""The sample season, crawled and derived once per worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scraper.database.embedded import EmbeddedServer
from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite
from tests.support.commands_runner import Commands
from tests.support.databases import fresh_database, new_template

SEASON = Season.generate()
TEMPLATE = "practice_season"
COPY = "practice_season_copy"  # no test lets dbt read it, which would parse the project for it


@pytest.fixture(scope="session")
def season_template(postgres_server: EmbeddedServer, transformed_template: str, dbt_artifacts: Path) -> str:
    """The name of a database with all of `SEASON`, to copy."""
    tracks = " ".join(track.slug for track in SEASON.tracks)
    with new_template(postgres_server, TEMPLATE, transformed_template) as database, SampleSite(SEASON) as site:
        commands = Commands(database, dbt_artifacts)
        commands.succeed("crawl", LIVERC_BASE_URL=site.base_url, TRACK=tracks, FROM="2025-08-01", TO="2025-10-31")
        commands.succeed("transform")
    return TEMPLATE


@pytest.fixture(scope="module")
def derived_season(postgres_server: EmbeddedServer, season_template: str, dbt_artifacts: Path) -> Iterator[Commands]:
    """The commands, on a database of the module that has all of `SEASON`."""
    with fresh_database(postgres_server, season_template, COPY) as database:
        yield Commands(database, dbt_artifacts)
