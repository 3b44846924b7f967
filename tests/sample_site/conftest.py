"""The season that most tests look at."""

import pytest

from scraper.sample_site.season import Season


@pytest.fixture(scope="session")
def season() -> Season:
    """The season of the default size."""
    return Season.generate()
