"""The page of days that go wrong in one way or another, and what holds for every page."""

import base64
import hashlib
import re
from decimal import Decimal
from typing import Any

import pytest
from plotly.offline import get_plotlyjs

from scraper.report.page import render
from scraper.report.practice_day import Session
from tests.report.days import a_day, a_head, a_reconciliation, a_session
from tests.report.reading import Report

LISTED: dict[str, Any] = {
    "detail_status": "list_only",
    "valid_laps": None,
    "best_lap_number": None,
    "best_3_consecutive": None,
    "std_deviation": None,
    "consistency": None,
}
NOTHING_KNOWN: dict[str, Any] = {
    "detail_status": "failed",
    "start_time": None,
    "time_on_track_seconds": None,
    "laps": None,
    "valid_laps": None,
    "best_lap": None,
    "best_lap_number": None,
    "average_lap": None,
    "best_3_consecutive": None,
    "std_deviation": None,
    "consistency": None,
    "transponder_number": None,
}


def test_the_same_rows_give_the_same_page() -> None:
    assert render(a_day(a_session(1), a_session(2))) == render(a_day(a_session(1), a_session(2)))


def test_plotly_is_there_once_and_whole() -> None:
    html = render(a_day(*(a_session(number) for number in range(1, 9))))
    assert html.count(get_plotlyjs()) == 1
    assert len(re.findall(r"<script>", html)) == 2


def test_only_scripts_that_the_policy_knows_by_their_hash_may_run() -> None:
    html = render(a_day(a_session()))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    known = " ".join(f"'sha256-{value}'" for value in hashes)
    assert f"script-src {known};" in policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in policy


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = Report.of(render(a_day(a_session()))).page
    assert page.css("[src], [srcset], object, iframe, embed, base").getall() == []
    assert page.css("link::attr(href)").getall() == ["data:,"]
    # Links may be followed; they are not asked for by themselves.
    outside = [href for href in page.css("a::attr(href)").getall() if not href.startswith("#")]
    assert all(href.startswith("https://bend.liverc.com/") for href in outside)
    assert outside


def test_every_chart_has_its_figures_in_words_and_headings_their_scope() -> None:
    page = Report.of(render(a_day(a_session(1), a_session(2)))).page
    charts = page.css(".chart")
    assert len(charts) == 4
    for chart in charts:
        caption = page.css(f"[id='{chart.attrib['aria-describedby']}']")
        assert re.search(r"\d+\.\d{3}", caption.xpath("string()").get() or ""), chart.attrib["id"]
        assert chart.attrib["role"] == "img"
        assert chart.attrib["aria-label"]
    assert page.xpath("//table[not(caption)]").getall() == []
    assert page.xpath("//th[not(@scope)]").getall() == []
    assert page.xpath("//*[@id and @id = following::*/@id]").getall() == []


def test_a_day_without_sessions_says_so() -> None:
    day = a_day(head=a_head(ingest_depth="none"), reconciliation=a_reconciliation(sessions=0))
    report = Report.of(render(day))
    assert "Nobody drove" in report.said("#day")
    assert report.page.css("table, .chart").getall() == []


def test_a_day_that_is_listed_only_has_the_lists_figures_and_the_command_for_the_rest() -> None:
    day = a_day(
        a_session(1, **LISTED),
        a_session(2, **LISTED),
        head=a_head(ingest_depth="list_only"),
        reconciliation=a_reconciliation(verdict="partial"),
    )
    report = Report.of(render(day))
    assert "0 of 2 session pages captured" in report.said("#day .verdict")
    assert "make crawl transform TRACK=bend DATE=2025-10-25" in report.said("#day code")
    assert report.table("#class-1 table")[0][:3] == ["1", "Ana Ruiz", "32.900"]
    assert report.page.css("table.laps").getall() == []
    assert "2 session pages not captured" in report.said(".racer")


def test_a_day_that_differs_names_each_figure() -> None:
    differences = ["laps 487 by the site and 480 by us", "drivers 3 by the site and 2 by us"]
    reconciliation = a_reconciliation(verdict="differs", differences=differences)
    report = Report.of(render(a_day(a_session(), reconciliation=reconciliation)))
    assert report.said(".verdict.differs li") == " ".join(differences)


@pytest.mark.parametrize("sessions", [[a_session(**NOTHING_KNOWN)], [a_session(1, **NOTHING_KNOWN), a_session(2)]])
def test_what_is_not_known_is_a_dash_or_nothing(sessions: list[Session]) -> None:
    page = Report.of(render(a_day(*sessions)))
    assert "None" not in page.said("body")
    assert "nan" not in page.said("body").lower()


def test_racers_of_one_name_are_told_apart_and_nobody_known_comes_last() -> None:
    unknown: dict[str, Any] = {"racer_name": "Unknown Driver", "transponder_number": None}
    day = a_day(
        a_session(1, "one", racer_name="Unknown Driver", transponder_number="77"),
        a_session(2, "two", **unknown),
        a_session(3, "three", racer_name="Zoe", transponder_number="1"),
        a_session(4, "four", racer_name="Zoe", transponder_number="2"),
    )
    assert [Report.of(render(day)).page.css(".racer h3 bdi::text").getall()] == [
        [
            "Zoe (transponder 1)",
            "Zoe (transponder 2)",
            "Unknown Driver (session 7002)",
            "Unknown Driver (transponder 77)",
        ]
    ]


def test_the_lap_table_says_which_laps_are_invalid_or_stand_out() -> None:
    rows = Report.of(render(a_day(a_session()))).table(".racer table.laps")
    marked = {cells[0]: cells[1] for cells in rows}
    assert marked == {
        "1": "33.104",
        "2": "34.020",
        "3": "32.900 best",
        "4": "95.034 invalid",
        "5": "33.500",
        "6": "6.298 invalid",
        "7": "33.000",
    }


def test_a_run_of_few_laps_is_not_the_most_consistent_one() -> None:
    short = a_session(1, "Short", valid_laps=2, consistency=Decimal("99.999"))
    report = Report.of(render(a_day(short, a_session(2, "Long"))))
    (steadiest,) = [text for text in report.page.css(".highlights li").getall() if "Most consistent" in text]
    assert "Long" in steadiest
