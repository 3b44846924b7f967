"""A job that goes on, in a real browser: its page says how far it is, and is loaded again once when it has ended."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import pytest

from scraper.errors import Code
from service.jobs import store
from service.jobs.problems import Problem
from service.jobs.requests import DayRequest, RangeRequest
from tests.service.conftest import Service
from tests.service.web.conftest import app_of
from tests.service.web.pages.forms import browsing
from tests.support.browser import PHONE, Browser
from tests.support.crawling import DAY, TRACK

_STATE = "return document.querySelector('.job b').textContent"

_NOTE_CLOSE = """
addEventListener('beforeunload', () => sessionStorage.setItem('left', ''));
const close = EventSource.prototype.close;
EventSource.prototype.close = function () { close.call(this); window.isClosed = true; };
"""


@pytest.fixture
def client(service: Service, browser: Browser) -> Iterator[httpx.Client]:
    """A client of a service whose database has no rows, and whose worker is not started."""
    with browsing(app_of(service.crawler.database)) as client:
        yield client
        browser.leave()


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
    # A page that is loaded again has left before it gets another answer.
    browser.run("return fetch('/healthz').then((response) => response.status)")
    assert browser.run("return sessionStorage.getItem('left')") is None


def test_a_form_is_sent_by_the_keyboard_alone(service: Service, client: httpx.Client, browser: Browser) -> None:
    browser.open(f"{client.base_url}/imports?track={TRACK}&day={DAY}")
    browser.run("document.getElementById('track').focus()")
    browser.press_enter()
    browser.wait_until("return document.querySelector('[data-job]') !== null")
    (job,) = store.newest(service.connection, 10)
    assert browser.driver.current_url.endswith(f"/imports/{job.id}")
    assert browser.messages() == []


def test_every_page_is_accessible_and_fits_a_phone(service: Service, browser: Browser) -> None:
    waiting = service.ask(DayRequest("a-track-with-a-name-that-is-as-long-as-a-host-name-may-be-63-x", DAY))
    problem = json.dumps(Problem(Code.SITE_UNREACHABLE).as_json(datetime(2025, 10, 25, tzinfo=UTC)))
    service.crawler.change("update jobs.jobs set problem = %s::jsonb", problem)
    running = service.ask(RangeRequest((TRACK,), date(2025, 1, 1), DAY))
    progress = json.dumps({"pages_planned": 12, "pages_done": 5, "step": "crawl"})
    service.crawler.change(
        "update jobs.jobs set state = 'running', progress = %s::jsonb where kind = 'range'", progress
    )
    done = service.ask(DayRequest(TRACK, DAY))
    result = json.dumps({"status": "completed", "sessions_ingested": 56, "laps_ingested": 1204})
    service.crawler.change(
        "update jobs.jobs set state = 'succeeded', ended_at = now(), result = %s::jsonb where id = %s", result, done.id
    )
    paths = ["/imports", *(f"/imports/{job.id}" for job in (waiting, running, done))]
    database = service.crawler.database
    found: dict[tuple[str, bool], tuple[int, list[str]]] = {}
    with browsing(app_of(database)) as here, browsing(app_of(database, host="0.0.0.0")) as beyond:
        addresses = [f"{here.base_url}{path}" for path in paths]
        addresses += [f"{beyond.base_url}{path}" for path in ("/sign-in", *paths[:2])]
        for address in addresses:
            for dark in (False, True):
                browser.open(address, width=PHONE, dark=dark)
                width = browser.run("return document.documentElement.scrollWidth")
                if (shown := (width, browser.violations())) != (PHONE, []):
                    found[address, dark] = shown
        browser.open(f"{addresses[0]}?track=..%2Fx&day=2025-10-25")
        browser.run("document.querySelector('form').submit()")
        browser.wait_until("return document.querySelector('[role=alert]') !== null")
        assert browser.violations() == []
        browser.leave()
    assert found == {}
