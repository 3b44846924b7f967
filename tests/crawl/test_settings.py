"""Scrapy's settings: unneeded parts are off, and all values are plain."""

import json
from importlib import import_module
from importlib.metadata import version

import pytest
from scrapy.utils.project import get_project_settings

from scraper import __version__
from scraper.config import Config
from scraper.crawl import settings
from scraper.crawl.config_addon import scrapy_settings, user_agent


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
def test_promised_settings(name: str, value: object) -> None:
    assert getattr(settings, name) == value


def test_only_http_and_https_are_enabled() -> None:
    assert set(settings.DOWNLOAD_HANDLERS) == {"data", "file", "ftp", "s3"}
    assert set(settings.DOWNLOAD_HANDLERS.values()) == {None}


def test_every_setting_is_one_that_scrapy_knows() -> None:
    known = import_module("scrapy.settings.default_settings")
    ours = {name for name in dir(settings) if name.isupper()}
    assert {name for name in ours if not hasattr(known, name)} == set()


def test_every_setting_can_be_serialised() -> None:
    ours = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    assert json.loads(json.dumps(ours)) == ours
    from_config = scrapy_settings(Config())
    assert json.loads(json.dumps(from_config)) == from_config


def test_scrapy_cfg_names_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "scraper.crawl.settings")
    assert get_project_settings()["BOT_NAME"] == settings.BOT_NAME


@pytest.mark.parametrize(("crawl_delay", "download_delay"), [(0, 0.001), (0.5, 0.5), (7, 7)])
def test_the_delay_is_never_zero_because_a_slot_without_a_delay_cannot_be_paused(
    crawl_delay: float, download_delay: float
) -> None:
    assert scrapy_settings(Config(crawl_delay=crawl_delay))["DOWNLOAD_DELAY"] == download_delay


def test_the_user_agent_names_program_and_contact() -> None:
    assert user_agent("me@example.org") == (
        f"practice-warehouse/{__version__} (me@example.org) Scrapy/{version('scrapy')}"
    )
    assert "(no contact given)" in user_agent(None)
