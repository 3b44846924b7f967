"""The page in a real browser: drawn, sorted, found in, printed; on a phone and in the dark."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scraper.report.page import render
from scraper.report.practice_day import PracticeDay
from tests.report.browser import PHONE, SCREEN, Browser
from tests.report.days import BEST, TIMES, a_day, a_session, identity

RACERS = ("Ana Ruiz", "Zoë Müller", "Bo Li", "Kim")
RUNS = 4
IS_COLOURED = """
const label = document.querySelector("#day-chart .xtick text");
return label && getComputedStyle(label).fill === arguments[0];
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four racers of one class with four runs each; the second has one that is not captured."""
    path = tmp_path_factory.mktemp("report") / "day.html"
    path.write_text(render(four_racers()), encoding="utf-8")
    return path


def four_racers() -> PracticeDay:
    day = a_day(*(a_session(number, racer) for racer in RACERS for number in range(1, RUNS + 1)))
    places = [
        replace(place, position=number, racer_id=identity(racer), best_lap=BEST + number, laps=laps)
        for number, (place, racer, laps) in enumerate(zip(day.places, RACERS, (9, 100, None, 28), strict=True), start=1)
    ]
    return replace(day, places=places)


def column(browser: Browser, css: str, number: int) -> list[str]:
    cells = f"document.querySelectorAll('{css} tbody tr')"
    return list(browser.run(f"return [...{cells}].map(row => row.cells[{number}].textContent.trim())"))


def drawn(browser: Browser) -> list[str]:
    return list(browser.run("return [...document.querySelectorAll('.chart[data-drawn]')].map(each => each.id)"))


def test_the_page_loads_without_a_complaint_and_asks_nobody_for_anything(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.wait_until("return document.querySelector('#day-chart .main-svg')")
    assert browser.complaints() == []
    assert [url for url in browser.requests() if not url.startswith("data:")] == [page.as_uri()]
    assert browser.run("return window.origin") == "null"


def test_a_request_would_be_noticed_and_is_refused(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("fetch('http://127.0.0.1:1/laps').catch(() => {}); new Image().src = 'http://127.0.0.1:1/a.png'")
    assert browser.run("const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
                       "document.body.append(script); return window.ran") is None  # fmt: skip
    refused = " ".join(browser.complaints())
    assert refused.count("Content Security Policy") >= 3
    assert "http://127.0.0.1:1/a.png" in browser.requests()


def test_charts_are_drawn_when_their_racer_is_opened(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.wait_until("return document.querySelector('#day-chart[data-drawn]')")
    assert [chart for chart in drawn(browser) if chart.startswith("racer-")] == []
    racer = f"racer-{identity('Kim')}"
    browser.run("document.querySelector(`[id='${arguments[0]}'] > summary`).click()", racer)
    for chart in (f"{racer}-runs", f"{racer}-laps"):
        browser.run("document.getElementById(arguments[0]).scrollIntoView()", chart)
        browser.wait_until("return document.getElementById(arguments[0]).querySelector('.main-svg')", chart)
    assert [chart for chart in drawn(browser) if chart.startswith("racer-")] == [f"{racer}-runs", f"{racer}-laps"]
    count = "return document.getElementById(arguments[0]).querySelectorAll(arguments[1]).length"
    assert browser.run(count, f"{racer}-runs", ".point") == 2 * RUNS
    valid = RUNS * sum(Decimal(20) <= seconds <= Decimal(70) for seconds in TIMES)
    everything = RUNS * len(TIMES)
    # The line of valid laps, the crosses of invalid ones, the best lap, and over each lap the mark that a finger finds.
    assert browser.run(count, f"{racer}-laps", ".point") == valid + (everything - valid) + 1 + everything
    assert browser.complaints() == []


def test_a_link_to_a_racer_opens_the_racer(browser: Browser, page: Path) -> None:
    racer = f"racer-{identity('Bo Li')}"
    browser.open(page, f"#{racer}")
    assert browser.run("return [...document.querySelectorAll('.racer[open]')].map(each => each.id)") == [racer]
    other = f"racer-{identity('Kim')}"
    browser.run("document.querySelector(`#classes a[href='#${arguments[0]}']`).click()", other)
    browser.wait_until("return document.getElementById(arguments[0]).open", other)


def test_tables_are_sorted_by_a_press_and_by_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page)
    table = "#class-1 table.leaderboard"
    assert column(browser, table, 7) == ["9", "100", "–", "28"]
    press = f"document.querySelectorAll('{table} thead button')[7]"
    browser.run(f"{press}.click()")
    assert column(browser, table, 7) == ["9", "28", "100", "–"]
    assert browser.run(f"return {press}.parentElement.getAttribute('aria-sort')") == "ascending"
    browser.run(f"{press}.focus()")
    browser.press_enter()
    assert column(browser, table, 7) == ["100", "28", "9", "–"]
    assert browser.run(f"return {press}.parentElement.getAttribute('aria-sort')") == "descending"
    assert browser.run(f"return document.querySelectorAll('{table} [aria-sort]').length") == 1


def test_a_racer_is_found_by_any_part_of_the_name_without_its_accents(browser: Browser, page: Path) -> None:
    browser.open(page)
    look = "const field = document.querySelector('#find'); field.value = arguments[0];"
    browser.run(look + "field.dispatchEvent(new Event('input'))", "mull zoe")
    shown = "return [...document.querySelectorAll('.racer:not([hidden]) h3')].map(each => each.textContent)"
    assert browser.run(shown) == ["Zoë Müller"]
    assert browser.run("return document.querySelector('#found').textContent") == "1 of 4"
    browser.run(look + "field.dispatchEvent(new Event('input'))", "")
    assert len(browser.run(shown)) == len(RACERS)


@pytest.mark.parametrize("width", [PHONE, SCREEN])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_the_screen(browser: Browser, page: Path, width: int, dark: bool) -> None:
    browser.open(page, width=width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    browser.wait_until("return document.querySelector('#day-chart .main-svg')")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.run("return document.querySelector('#day-chart .main-svg').clientWidth") <= width


def test_charts_follow_the_colour_scheme_when_it_changes(browser: Browser, page: Path) -> None:
    seen = []
    browser.open(page)
    for dark in (False, True):
        browser.prefer(dark=dark)
        soft = browser.run("return getComputedStyle(document.querySelector('.date')).color")
        browser.wait_until(IS_COLOURED, soft)
        seen.append(soft)
    assert len(set(seen)) == 2


def test_paper_has_everything_open_drawn_and_dark_on_light(browser: Browser, page: Path) -> None:
    browser.open(page, dark=True)
    browser.run(
        "window.onbeforeprint = () => { window.atPrint = {"
        "folded: document.querySelectorAll('details:not([open])').length,"
        "undrawn: document.querySelectorAll('.chart:not([data-drawn])').length,"
        "ink: getComputedStyle(document.body).color,"
        "widest: Math.max(...[...document.querySelectorAll('.main-svg')].map(each => each.clientWidth)) }; }"
    )
    browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    at_print: dict[str, Any] = browser.run("return window.atPrint")
    assert at_print == {"folded": 0, "undrawn": 0, "ink": "rgb(27, 31, 36)", "widest": 640}
    # And afterwards it is as it was.
    assert browser.run("return document.querySelectorAll('.racer[open]').length") == 0
    assert [chart for chart in drawn(browser) if chart.startswith("racer-")] == []
    assert browser.complaints() == []


def test_without_scripts_everything_can_be_read(browser: Browser, page: Path) -> None:
    try:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        browser.open(page)
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert browser.run("return document.querySelectorAll('.main-svg, thead button').length") == 0
    for racer in RACERS:
        assert racer in browser.run("return document.querySelector('#classes').textContent")
