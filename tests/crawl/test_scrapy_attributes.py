"""What we use of Scrapy without a promise in its documentation, all of it in `middlewares/site_slot.py`.

`pyproject.toml` pins Scrapy's minor version because of these. After an upgrade these tests say what has changed.
"""

import inspect
import re
import tomllib
from collections import deque
from time import monotonic

import pytest
import scrapy
from scrapy.core.downloader import Downloader, Slot
from scrapy.extensions.throttle import AutoThrottle

from scraper.config import REPOSITORY

SOURCES = [path.read_text() for path in (REPOSITORY / "scraper" / "crawl").rglob("*.py")]


def _source_of(owner: type, method: str) -> str:
    return inspect.getsource(getattr(owner, method))


def test_scrapy_is_pinned_to_its_minor_version() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    (pin,) = [dependency for dependency in project["dependencies"] if dependency.startswith("scrapy>=")]
    major, minor = (int(part) for part in scrapy.version_info[:2])
    assert pin == f"scrapy>={major}.{minor},<{major}.{minor + 1}"


@pytest.mark.parametrize(("attribute", "kind"), [("delay", float), ("lastseen", float), ("queue", deque)])
def test_a_slot_has(attribute: str, kind: type) -> None:
    slot = Slot(concurrency=1, delay=0.5, jitter=0)
    assert isinstance(getattr(slot, attribute), (kind, int) if kind is float else kind)


def test_a_slot_waits_until_its_delay_after_lastseen() -> None:
    source = _source_of(Downloader, "_process_queue")
    assert "penalty = delay - now + slot.lastseen" in source
    assert "now = monotonic()" in source
    assert Slot(concurrency=1, delay=0.5, jitter=0).lastseen <= monotonic()


@pytest.mark.parametrize("attribute", ["slots", "per_slot_settings"])
def test_a_downloader_has(attribute: str) -> None:
    assert f"self.{attribute}: dict[" in _source_of(Downloader, "__init__")
    assert attribute in _source_of(Downloader, "_get_slot")


@pytest.mark.parametrize("attribute", ["mindelay", "maxdelay"])
def test_autothrottle_has(attribute: str) -> None:
    assert f"self.{attribute}" in _source_of(AutoThrottle, "_adjust_delay")


def test_no_name_with_an_underscore_of_scrapy_is_used() -> None:
    foreign = re.compile(r"(?<!self)(?<!cls)(?<!\bos)\._[a-z]\w*")
    assert [found for source in SOURCES for found in foreign.findall(source)] == []
    assert [found for source in SOURCES for found in re.findall(r"from scrapy[\w.]* import [^\n]*\b_\w+", source)] == []
