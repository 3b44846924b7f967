"""Whatever pages call their drivers, classes and tracks: it is shown as text, and nothing of it runs."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.report.charts import plain
from scraper.report.page import render
from scraper.report.practice_day import FlagRow, PracticeDay
from scraper.report.wording import short_name, web_address
from tests.report.browser import Browser
from tests.report.days import a_day, a_head, a_reconciliation, a_session
from tests.report.reading import Report

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
    """Every text that comes from a page is one of the names."""
    sessions = [
        a_session(
            number,
            name,
            name_on_session=name,
            class_name=name,
            transponder_number=name,
            session_id=name,
            url=name,
        )
        for number, name in enumerate(NAMES, start=1)
    ]
    sessions += [a_session(50 + number, NAMES[number], class_name="1/10 Open") for number in range(len(NAMES))]
    day = a_day(
        *sessions,
        head=a_head(track_name=NAMES[0], track_slug=NAMES[1], url=NAMES[5], time_zone=NAMES[4]),
        reconciliation=a_reconciliation(verdict="differs", differences=list(NAMES)),
    )
    rules = [FlagRow(session.race_result_id, 2, "slow_outlier", session.racer_name) for session in sessions]
    return PracticeDay(**{**vars(day), "flags": [*day.flags, *rules]})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "day.html"
    path.write_text(render(hostile_day()), encoding="utf-8")
    return path


def test_nothing_of_a_name_runs_and_all_of_it_is_text(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    for chart in browser.run("return [...document.querySelectorAll('.chart')].map(each => each.id)"):
        browser.run("document.getElementById(arguments[0]).scrollIntoView()", chart)
        browser.wait_until("return document.getElementById(arguments[0]).querySelector('.main-svg')", chart)
    assert browser.run("return window.ran") is None
    assert browser.complaints() == []  # the policy would complain of what it had to stop
    assert [url for url in browser.requests() if not url.startswith("data:")] == [page.as_uri()]
    assert (
        browser.run("return document.scripts.length - document.querySelectorAll('[type=\"application/json\"]').length")
        == 2
    )
    assert browser.run("return document.querySelectorAll('img, svg a, iframe').length") == 0
    # Names stand with white space folded, as a browser shows it.
    text = browser.run("return document.querySelector('#classes').textContent.replace(/\\s+/g, ' ')")
    assert [name for name in NAMES if short_name(name) not in text] == []
    protocols = browser.run("return [...new Set([...document.links].map(link => link.protocol))]")
    assert set(protocols) == {"file:", "https:"}


def test_charts_show_names_as_they_are(browser: Browser, page: Path) -> None:
    browser.open(page)
    heading = "[...document.querySelectorAll('#classes h3')].find(each => each.textContent === '1/10 Open')"
    browser.run(f"{heading}.parentElement.querySelector('.chart').scrollIntoView()")
    ticks = f"[...{heading}.parentElement.querySelectorAll('.ytick text')].map(each => each.textContent)"
    shown = browser.wait_until(f"const found = {ticks}; return found.length && found")
    assert "<b>bold</b><br>&lt;i&" in " ".join(shown)
    assert "2025" in shown
    browser.run("document.querySelector('#day-chart').scrollIntoView()")
    browser.wait_until("return document.querySelector('#day-chart .main-svg')")
    curve = "document.querySelector('#day-chart').data.findIndex(each => each.text[0].includes('bold'))"
    browser.run(f"Plotly.Fx.hover('day-chart', [{{ curveNumber: {curve}, pointNumber: 0 }}])")
    hover = browser.wait_until("return document.querySelector('#day-chart .hovertext')?.textContent")
    assert "<b>bold</b><br>&lt;i&gt;" in hover
    assert browser.complaints() == []


def test_a_slug_or_an_address_gives_no_way_out_of_the_page() -> None:
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


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_a_label_holds_no_markup_and_no_control(text: str) -> None:
    label = plain(text)
    assert "<" not in label
    assert ">" not in label
    assert label.isprintable() or any(letter.isspace() for letter in label)
    assert len(label.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")) <= 60
