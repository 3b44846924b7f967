"""The season that most tests use."""

import pytest

from scraper.sample_site.season import Season


@pytest.fixture(scope="session")
def season() -> Season:
    """The season of the default size."""
    return Season.generate()
