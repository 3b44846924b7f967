"""The browser of the tests of the day report."""

from collections.abc import Iterator

import pytest

from tests.report.browser import Browser, open_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Tests that need it are skipped where it is not installed."""
    with open_browser() as browser:
        yield browser
