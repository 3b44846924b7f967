"""The page in a real browser: charts, sorting, search and print, on a phone and in the dark scheme."""

from dataclasses import replace
from pathlib import Path

import pytest

from scraper.report.page import render
from scraper.report.practice_day import PracticeDay
from tests.report.days import BEST, LAPS, TIMES, a_day, a_session, identity
from tests.support.browser import PHONE, SCREEN, Browser

RACERS = ("Ana Ruiz", "Zoë Müller", "Bo Li", "Kim")
SESSIONS = 4


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four racers of one class with four sessions each."""
    path = tmp_path_factory.mktemp("report") / "day.html"
    path.write_text(render(four_racers()), encoding="utf-8")
    return path


def four_racers() -> PracticeDay:
    day = a_day(*(a_session(number, racer) for racer in RACERS for number in range(1, SESSIONS + 1)))
    places = [
        replace(place, position=number, racer_id=identity(racer), best_lap=BEST + number, laps=laps)
        for number, (place, racer, laps) in enumerate(zip(day.places, RACERS, (9, 100, None, 28), strict=True), start=1)
    ]
    return replace(day, places=places)


def column(browser: Browser, css: str, number: int) -> list[str]:
    cells = f"document.querySelectorAll('{css} tbody tr')"
    return list(browser.run(f"return [...{cells}].map(row => row.cells[{number}].textContent.trim())"))


def test_the_page_loads_without_messages_and_other_requests(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.messages() == []
    assert [url for url in browser.requests() if not url.startswith("data:")] == [page.as_uri()]
    assert browser.run("return window.origin") == "null"


def test_a_request_would_be_seen_and_is_refused(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("fetch('http://127.0.0.1:1/laps').catch(() => {}); new Image().src = 'http://127.0.0.1:1/a.png'")
    assert browser.run("const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
                       "document.body.append(script); return window.ran") is None  # fmt: skip
    refused = " ".join(browser.messages())
    assert refused.count("Content Security Policy") >= 3
    assert "http://127.0.0.1:1/a.png" in browser.requests()


def test_charts_have_a_mark_for_each_session_and_lap(browser: Browser, page: Path) -> None:
    browser.open(page)
    racer = f"racer-{identity('Kim')}"
    browser.run("document.querySelector(`[id='${arguments[0]}'] > summary`).click()", racer)
    visible = (
        "return [...document.querySelectorAll(`[id='${arguments[0]}'] .plot use`)].filter(use => use.getBBox().width)"
    )
    assert len(browser.run(visible, f"{racer}-sessions")) == 2 * SESSIONS
    assert len(browser.run(visible, f"{racer}-laps")) == SESSIONS * len(TIMES)
    assert len(browser.run(visible, "day-chart")) == SESSIONS * len(RACERS)
    valid = sum(lap.is_valid for lap in LAPS)
    by_colour = "return document.querySelectorAll(`[id='${arguments[0]}'] .plot .colour-${arguments[1]}`).length"
    counts = {name: browser.run(by_colour, f"{racer}-laps", name) for name in ("invalid", "best")}
    assert counts == {"invalid": SESSIONS * (len(TIMES) - valid), "best": 1}
    assert browser.messages() == []


def test_the_mark_nearest_to_the_pointer_shows_its_words(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.run("return document.querySelector('#tip').hidden")
    browser.point_at("#day-chart .plot use")
    browser.wait_until("return !document.querySelector('#tip').hidden")
    assert browser.run("return document.querySelector('#tip').innerText") == "Ana Ruiz\n1/10 Open, 10:10\n32.900"
    box = (
        "const { left, right, top } = document.querySelector('#tip').getBoundingClientRect(); return [left, right, top]"
    )
    left, right, top = browser.run(box)
    assert 0 <= left < right <= SCREEN
    assert top >= 0
    browser.point_at("h1")
    browser.wait_until("return document.querySelector('#tip').hidden")
    assert browser.messages() == []


def test_a_link_to_a_racer_opens_it(browser: Browser, page: Path) -> None:
    racer = f"racer-{identity('Bo Li')}"
    browser.open(page, f"#{racer}")
    assert browser.run("return [...document.querySelectorAll('.racer[open]')].map(each => each.id)") == [racer]
    other = f"racer-{identity('Kim')}"
    browser.run("document.querySelector(`#classes a[href='#${arguments[0]}']`).click()", other)
    browser.wait_until("return document.getElementById(arguments[0]).open", other)


def test_tables_are_sorted_by_click_and_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page)
    table = "#class-1 table.leaderboard"
    assert column(browser, table, 7) == ["9", "100", "–", "28"]
    button = f"document.querySelectorAll('{table} thead button')[7]"
    browser.run(f"{button}.click()")
    assert column(browser, table, 7) == ["9", "28", "100", "–"]
    assert browser.run(f"return {button}.parentElement.getAttribute('aria-sort')") == "ascending"
    browser.run(f"{button}.focus()")
    browser.press_enter()
    assert column(browser, table, 7) == ["100", "28", "9", "–"]
    assert browser.run(f"return {button}.parentElement.getAttribute('aria-sort')") == "descending"
    assert browser.run(f"return document.querySelectorAll('{table} [aria-sort]').length") == 1


def test_the_search_finds_parts_of_a_name_without_accents(browser: Browser, page: Path) -> None:
    browser.open(page)
    enter = "const field = document.querySelector('#find'); field.value = arguments[0];"
    browser.run(enter + "field.dispatchEvent(new Event('input'))", "mull zoe")
    shown = "return [...document.querySelectorAll('.racer:not([hidden]) h3')].map(each => each.textContent)"
    assert browser.run(shown) == ["Zoë Müller"]
    assert browser.run("return document.querySelector('#found').textContent") == "1 of 4"
    browser.run(enter + "field.dispatchEvent(new Event('input'))", "")
    assert len(browser.run(shown)) == len(RACERS)


@pytest.mark.parametrize("width", [PHONE, SCREEN])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_the_screen(browser: Browser, page: Path, width: int, dark: bool) -> None:
    browser.open(page, width=width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    right = "Math.max(...[...document.querySelectorAll(arguments[0])].map(each => each.getBoundingClientRect().right))"
    assert browser.run(f"return {right}", ".plot text, .plot use, .legend li") <= width


def test_charts_follow_the_colour_scheme(browser: Browser, page: Path) -> None:
    browser.open(page)
    seen = []
    for dark in (False, True):
        browser.prefer(dark=dark)
        fill = browser.run("return getComputedStyle(document.querySelector('#day-chart .x-tick')).fill")
        soft = browser.run("return getComputedStyle(document.querySelector('.date')).color")
        assert fill == soft
        seen.append(soft)
    assert len(set(seen)) == 2


def test_paper_has_all_details_open_and_dark_text_on_white(browser: Browser, page: Path) -> None:
    browser.open(page, dark=True)
    browser.run(
        "window.onbeforeprint = () => {"
        "window.closedAtPrint = document.querySelectorAll('details:not([open])').length; }"
    )
    browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    assert browser.run("return window.closedAtPrint") == 0
    assert browser.run("return document.querySelectorAll('.racer[open]').length") == 0
    browser.print_media(dark=True)
    assert browser.run("return getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    assert browser.run("return getComputedStyle(document.querySelector('.colour-best')).color") == "rgb(122, 43, 194)"
    assert browser.messages() == []


def test_everything_is_readable_without_scripts(browser: Browser, page: Path) -> None:
    try:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        browser.open(page)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert browser.run("return document.querySelectorAll('thead button, #tip').length") == 0
    assert browser.run("return document.querySelector('#day-chart .plot title').textContent").startswith("Ana Ruiz\n")
    for racer in RACERS:
        assert racer in browser.run("return document.querySelector('#classes').textContent")
