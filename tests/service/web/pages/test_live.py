"""A job that goes on, in a real browser: its page says how far it is, and is loaded again once when it has ended."""

import json
from collections.abc import Iterator

import httpx
import pytest

from service.jobs import store
from service.jobs.requests import DayRequest
from tests.service.jobs.conftest import Service
from tests.service.web.conftest import app_of
from tests.service.web.pages.forms import browsing
from tests.support.browser import PHONE, Browser, browser
from tests.support.crawling import DAY, TRACK

__all__ = ["browser"]

_STATE = "return document.querySelector('.job b').textContent"

_NOTE_CLOSE = """
const close = EventSource.prototype.close;
EventSource.prototype.close = function () { close.call(this); window.isClosed = true; };
"""


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    """A client of a service whose database has no rows, and whose worker is not started."""
    with browsing(app_of(service.crawler.database)) as client:
        yield client


def test_a_page_shows_the_progress_and_then_the_end(service: Service, client: httpx.Client, browser: Browser) -> None:
    job = service.ask(DayRequest(TRACK, DAY))
    browser.open(f"{client.base_url}/imports/{job.id}")
    assert browser.run(_STATE) == "Waits for its turn"
    browser.run("window.isFirst = true")
    progress = json.dumps({"pages_planned": 12, "pages_done": 5, "pages_failed": 1, "step": "crawl"})
    service.crawler.change("update jobs.jobs set state = 'running', progress = %s::jsonb", progress)
    browser.wait_until("return document.querySelector('progress')?.value === 5")
    assert browser.run("return document.querySelector('.job label').textContent.trim()") == "5 of 12 pages, 1 failed"
    assert browser.run("return window.isFirst")
    store.cancel(service.connection, job.id)
    browser.wait_until("return !window.isFirst && document.readyState === 'complete'")
    assert browser.run(_STATE) == "Cancelled"
    assert browser.run("return document.querySelectorAll('[data-job]').length") == 0
    assert browser.messages() == []


def test_a_page_is_loaded_again_once_only(service: Service, client: httpx.Client, browser: Browser) -> None:
    job = service.ask(DayRequest(TRACK, DAY))
    browser.open(f"{client.base_url}/imports/{job.id}")
    browser.run("sessionStorage.setItem(`ended ${arguments[0]}`, '')", f"{job.id}")
    browser.run(_NOTE_CLOSE)
    store.cancel(service.connection, job.id)
    browser.wait_until("return window.isClosed")
    assert browser.run(_STATE) == "Waits for its turn"


def test_a_form_is_sent_by_the_keyboard_alone(service: Service, client: httpx.Client, browser: Browser) -> None:
    browser.open(f"{client.base_url}/imports?track={TRACK}&day={DAY}")
    browser.run("document.getElementById('track').focus()")
    browser.press_enter()
    browser.wait_until("return document.querySelector('[data-job]') !== null")
    (job,) = store.newest(service.connection, 10)
    assert browser.driver.current_url.endswith(f"/imports/{job.id}")
    assert browser.messages() == []


def test_a_phone_shows_all_without_scrolling_sideways(service: Service, client: httpx.Client, browser: Browser) -> None:
    job = service.ask(DayRequest("a-track-with-a-name-that-is-as-long-as-a-host-name-may-be-63-x", DAY))
    for path in ("imports", f"imports/{job.id}"):
        browser.open(f"{client.base_url}/{path}", width=PHONE)
        assert browser.run("return document.documentElement.scrollWidth") == PHONE
