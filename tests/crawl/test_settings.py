"""Scrapy's settings: what nobody needs is off, and who asks is said."""

from importlib import import_module
from importlib.metadata import version

import pytest

from scraper import __version__
from scraper.crawl import settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELNETCONSOLE_ENABLED", False),
        ("REMOTE_CONTROL_ENABLED", False),
        ("COOKIES_ENABLED", False),
        ("METAREFRESH_ENABLED", False),
        ("ROBOTSTXT_OBEY", True),
        ("AUTOTHROTTLE_ENABLED", True),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("DOWNLOAD_DELAY_JITTER", 0),
    ],
)
def test_what_the_site_and_we_rely_on(name: str, value: object) -> None:
    assert getattr(settings, name) == value


def test_only_http_and_https_are_spoken() -> None:
    assert set(settings.DOWNLOAD_HANDLERS) == {"data", "file", "ftp", "s3"}
    assert set(settings.DOWNLOAD_HANDLERS.values()) == {None}


def test_every_setting_is_one_that_scrapy_knows() -> None:
    known = import_module("scrapy.settings.default_settings")
    ours = {name for name in dir(settings) if name.isupper()}
    assert {name for name in ours if not hasattr(known, name)} == set()


def test_the_user_agent_says_what_asks_and_whom_to_write_to() -> None:
    assert settings.user_agent("me@example.org") == (
        f"practice-warehouse/{__version__} (me@example.org) Scrapy/{version('scrapy')}"
    )
    assert "(no contact given)" in settings.user_agent(None)
