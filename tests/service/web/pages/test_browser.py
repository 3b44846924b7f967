"""Every page in a real browser: accessible, without messages, within the screen, in both colour schemes."""

from collections.abc import Sequence

import httpx
import pytest

from tests.service.web.conftest import API, exact
from tests.support.browser import PHONE, SCREEN, Browser


@pytest.fixture(scope="module")
def paths(client: httpx.Client) -> Sequence[str]:
    """A page of each kind, each with as much as there is."""
    days = exact(client.get(f"{API}/practice-days/search", params={"limit": 200}))["practice_days"]
    day = max(days, key=lambda each: each["sessions"])
    track = f"/tracks/{day['track_slug']}"
    path = f"{track}/{day['event_date']}"
    sessions = exact(client.get(f"{API}/practice-days/{day['event_id']}"))["session_list"]
    busiest = max(sessions, key=lambda each: each["session_of_day"])
    known = next(each for each in sessions if each["person_id"])
    other = next(each for each in sessions if each["racer_id"] != busiest["racer_id"])
    racers = f"day={day['event_id']}&a={busiest['racer_id']}&b={other['racer_id']}"
    return [
        *("/", track, path, f"{path}/racers/{busiest['racer_id']}", f"{track}/1999-01-02"),
        *(f"/sessions/{busiest['race_id']}", "/people", "/people?q=a", f"/people/{known['person_id']}"),
        *("/compare", f"/compare?a={busiest['race_id']}", f"/compare?a={busiest['race_id']}&b={other['race_id']}"),
        *(f"/compare?{racers}", f"/compare?day={day['event_id']}", "/imports", "/sign-in", "/nothing"),
    ]


def test_pages_are_accessible_in_both_schemes(browser: Browser, client: httpx.Client, paths: Sequence[str]) -> None:
    found = {}
    for path in paths:
        for dark in (False, True):
            browser.open(f"{client.base_url}{path}", dark=dark)
            if violations := browser.violations():
                found[path, dark] = violations
    assert found == {}


def test_pages_fit_a_phone_and_a_screen(browser: Browser, client: httpx.Client, paths: Sequence[str]) -> None:
    too_wide = {}
    for path in paths:
        for width in (PHONE, SCREEN):
            browser.open(f"{client.base_url}{path}", width=width)
            browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            if (shown := browser.run("return document.documentElement.scrollWidth")) > width:
                too_wide[path, width] = shown
    assert too_wide == {}


def test_pages_load_without_messages_and_nothing_from_elsewhere(
    browser: Browser, client: httpx.Client, paths: Sequence[str]
) -> None:
    for path in paths:
        browser.open(f"{client.base_url}{path}")
        messages = [message for message in browser.messages() if "404 (Not Found)" not in message]
        assert messages == []
        assert all(url.startswith((str(client.base_url), "data:")) for url in browser.requests())
