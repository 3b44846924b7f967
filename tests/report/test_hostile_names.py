"""Hostile names of drivers, classes and tracks are shown as text and never run."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.report.charts import label
from scraper.report.page import render
from scraper.report.practice_day import Lap, PracticeDay
from scraper.report.wording import short_name, web_address
from tests.report.days import LAPS, a_day, a_head, a_reconciliation, a_session
from tests.report.reading import Report
from tests.support.browser import Browser

RUN = "window.ran = 1"
NAMES = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<!--<script>{RUN}</script>",
    f'" onmouseover="{RUN}" autofocus onfocus="{RUN}" x="',
    f"'><img src=x onerror={RUN}>",
    f"javascript:{RUN}",
    f'<a href="javascript:{RUN}">b</a>',
    "{{ 7 * 191 }}{% include 'page.js' %}",
    "<b>bold</b><br>&lt;i&gt;",
    "line\u2028and\u2029paragraph",
    "\u202eright to left",
    "%{y} %{customdata} $\\alpha$",
    "</style></title></textarea><svg onload=1>",
    "2025",
    "W" * 10_000,
    "__proto__",
)


def hostile_day() -> PracticeDay:
    """A day with a hostile name in every text from a page."""
    sessions = [
        a_session(
            number,
            name,
            name_on_session=name,
            class_name=name,
            transponder_number=name,
            session_id=name,
            url=name,
            laps=[*LAPS, Lap(8, LAPS[0].seconds, True, "slow_outlier", explanation=name)],
        )
        for number, name in enumerate(NAMES, start=1)
    ]
    sessions += [a_session(50 + number, NAMES[number], class_name="1/10 Open") for number in range(len(NAMES))]
    return a_day(
        *sessions,
        head=a_head(track_name=NAMES[0], track_slug=NAMES[1], url=NAMES[5], time_zone=NAMES[4]),
        reconciliation=a_reconciliation(verdict="differs", differences=list(NAMES)),
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "day.html"
    path.write_text(render(hostile_day()), encoding="utf-8")
    return path


def test_names_are_text_and_never_run(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert browser.run("return window.ran") is None
    assert browser.messages() == []  # a script that the policy stops is a message
    assert [url for url in browser.requests() if not url.startswith("data:")] == [page.as_uri()]
    assert browser.run("return document.scripts.length") == 1
    assert browser.run("return document.querySelectorAll('img, svg a, iframe').length") == 0
    # A browser folds white space.
    text = browser.run("return document.querySelector('#classes').textContent.replace(/\\s+/g, ' ')")
    assert [name for name in NAMES if short_name(name) not in text] == []
    protocols = browser.run("return [...new Set([...document.links].map(link => link.protocol))]")
    assert set(protocols) == {"file:", "https:"}


def test_charts_show_names_as_they_are(browser: Browser, page: Path) -> None:
    browser.open(page)
    heading = "[...document.querySelectorAll('#classes h3')].find(each => each.textContent === '1/10 Open')"
    labels = f"[...{heading}.parentElement.querySelectorAll('.row-label')].map(each => each.textContent)"
    shown = browser.run(f"return {labels}")
    assert {"2025", "<b>bold</b><br>&lt;i&gt;"} <= set(shown)
    assert browser.run(
        "return [...document.querySelectorAll('.plot use > *')].every(each => each.localName === 'title')"
    )
    # A click of any mark shows its text as text.
    bold = "[...document.querySelectorAll('#day-chart use')].find(each => each.textContent.includes('bold'))"
    browser.run(
        f"const mark = {bold}; mark.scrollIntoView();"
        "const { left, top, width, height } = mark.getBoundingClientRect();"
        "mark.dispatchEvent(new PointerEvent('pointerdown', "
        "{ bubbles: true, clientX: left + width / 2, clientY: top + height / 2 }))"
    )
    assert browser.run("return document.querySelector('#tip').textContent").startswith("<b>bold</b><br>&lt;i&gt;\n")
    assert browser.run("return document.querySelectorAll('#tip *').length") == 0
    assert browser.messages() == []


def test_links_go_only_to_pages_of_the_site() -> None:
    page = Report.of(render(hostile_day())).page
    assert {href for href in page.css("a::attr(href)").getall() if not href.startswith("#")} == {
        f"https://bend.liverc.com/practice/?p=view_session&id={7050 + number}" for number in range(len(NAMES))
    }


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "file:///etc/passwd",
        "https://",
        "https://[x",
        "http://127.0.0.1:8000/bend/practice/",
        "",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) is None


@settings(max_examples=300)
@given(st.text())
def test_a_label_is_short_and_has_no_control_characters(text: str) -> None:
    assert label(text).isprintable() or any(letter.isspace() for letter in label(text))
    assert len(label(text)) <= 60


@settings(max_examples=20)
@given(st.text(min_size=1))
def test_a_chart_contains_any_name_as_text(name: str) -> None:
    sessions = [a_session(number, name, class_name=name) for number in (1, 2)]
    page = Report.of(render(a_day(*sessions))).page
    assert {mark.root.tag for mark in page.css(".plot use > *")} == {"title"}
    [key] = page.css("#day-chart .legend li")
    assert "".join(key.xpath("text()").getall()).strip() == label(name, 28).strip()
