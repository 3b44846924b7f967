"""Crawls without HTTP, for the tests of the planner."""

import pytest

from scraper.database.connection import Database
from tests.crawl.spiders.planned_crawls import PlannedCrawls
from tests.support.crawling import SEASON


@pytest.fixture
def crawls(database: Database) -> PlannedCrawls:
    """Crawls of the small season, on an empty database."""
    return PlannedCrawls(database, SEASON)
