"""The page of unusual days, and properties of every page."""

import base64
import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from scraper.report.page import render
from scraper.report.practice_day import Session
from tests.report.days import LAPS, a_day, a_reconciliation, a_session
from tests.report.reading import Report

LISTED: dict[str, Any] = {
    "detail_status": "list_only",
    "valid_lap_count": None,
    "best_lap_number": None,
    "best_3_consecutive": None,
    "std_deviation": None,
    "consistency": None,
    "laps": [],
}
ALL_UNKNOWN: dict[str, Any] = {
    "detail_status": "failed",
    "start_time": None,
    "time_on_track_seconds": None,
    "lap_count": None,
    "valid_lap_count": None,
    "best_lap": None,
    "best_lap_number": None,
    "average_lap": None,
    "best_3_consecutive": None,
    "std_deviation": None,
    "consistency": None,
    "transponder_number": None,
    "laps": [],
}


def test_a_day_that_changed_last_before_it_was_over_says_so() -> None:
    day = a_day(a_session())
    early = replace(day, head=replace(day.head, may_have_gone_on=True))
    said = Report.of(render(early)).text("header .early")
    assert said.startswith(
        "This is the day as it was on 26 October 2025, 04:05 UTC, before it was over in every time zone."
    )
    assert "before it was over" not in render(day)


def test_the_same_rows_give_the_same_page() -> None:
    assert render(a_day(a_session(1), a_session(2))) == render(a_day(a_session(1), a_session(2)))


@pytest.mark.parametrize(("element", "directive"), [("script", "script-src"), ("style", "style-src")])
def test_the_policy_allows_exactly_the_pages_own_script_and_styles(element: str, directive: str) -> None:
    html = render(a_day(a_session()))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    (source,) = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
    source_hash = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    assert f"{directive} 'sha256-{source_hash}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_a_strict_policy_would_find_nothing_inline() -> None:
    page = Report.of(render(a_day(a_session(1), a_session(2)))).page
    assert page.css("[style]").getall() == []
    assert page.xpath("//@*[starts-with(name(), 'on')]").getall() == []


def test_nothing_is_loaded_from_another_place() -> None:
    page = Report.of(render(a_day(a_session()))).page
    assert page.css("[src], [srcset], object, iframe, embed, base").getall() == []
    assert page.css("link::attr(href)").getall() == ["data:,"]
    # Links are requested only when a reader follows them.
    outside = [href for href in page.css("a::attr(href)").getall() if not href.startswith("#")]
    assert all(href.startswith("https://bend.liverc.com/") for href in outside)
    assert outside


def test_every_chart_has_a_caption_with_figures_and_every_table_has_headings() -> None:
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


def test_a_day_without_sessions_has_a_message() -> None:
    day = a_day(reconciliation=a_reconciliation())
    report = Report.of(render(day))
    assert "Nobody drove" in report.text("#day")
    assert report.page.css("table, .chart").getall() == []


def test_a_listed_day_has_the_lists_figures_and_the_command_for_the_rest() -> None:
    day = a_day(
        a_session(1, **LISTED),
        a_session(2, **LISTED),
        reconciliation=a_reconciliation(verdict="partial"),
    )
    report = Report.of(render(day))
    assert "0 of 2 session pages captured" in report.text("#day .verdict")
    assert "make crawl transform TRACK=bend DATE=2025-10-25" in report.text("#day code")
    assert report.table("#class-1 table")[0][:3] == ["1", "Ana Ruiz", "32.900"]
    assert report.page.css("table.laps").getall() == []
    assert "2 session pages not captured" in report.text(".racer")


def test_a_day_that_differs_lists_each_difference() -> None:
    differences = ["laps 487 by the site and 480 by us", "drivers 3 by the site and 2 by us"]
    reconciliation = a_reconciliation(verdict="differs", differences=differences)
    report = Report.of(render(a_day(a_session(), reconciliation=reconciliation)))
    assert report.text(".verdict.differs li") == " ".join(differences)


@pytest.mark.parametrize("verdict", ["partial", "differs", "not_understood"])
def test_a_figure_that_is_not_understood_is_listed_and_nothing_is_called_equal(verdict: str) -> None:
    reconciliation = a_reconciliation(verdict=verdict, not_understood=['laps "1.1k"'])
    text = Report.of(render(a_day(a_session(), reconciliation=reconciliation))).text(f".verdict.{verdict}")
    assert 'Printed by the site and not understood: laps "1.1k"' in text
    assert "equal" not in text


TWICE = "sessions 3 by the month page and 2 by us: the list shows a session twice"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "The printed figures are equal."),
        (
            {"site_laps": None, "site_track_time_seconds": None, "not_printed": ["laps", "track time"]},
            "The printed figures are equal; the stored pages do not print laps and track time.",
        ),
        (
            {"site_sessions": 3, "explained_differences": [TWICE]},
            "The other printed figures are equal. Different for a known reason: " + TWICE,
        ),
    ],
)
def test_only_what_was_compared_is_called_equal(fields: dict[str, Any], words: str) -> None:
    report = Report.of(render(a_day(a_session(), reconciliation=a_reconciliation(**fields))))
    assert f"Complete. Every session is captured. {words}" in report.text(".verdict.complete")


def test_a_day_whose_only_figure_has_an_explanation_is_not_called_equal() -> None:
    none = {name: None for name in vars(a_reconciliation()) if name.startswith("site_")}
    fields = {
        **none,
        "site_sessions": 3,
        "explained_differences": [TWICE],
        "not_printed": ["laps", "drivers", "classes"],
    }
    words = a_reconciliation(**fields).what_is_equal
    assert words == "No figure is equal; the stored pages do not print laps, drivers and classes."


def test_a_day_without_totals_of_the_site_is_not_called_equal() -> None:
    none = {name: None for name in vars(a_reconciliation()) if name.startswith("site_")}
    report = Report.of(render(a_day(a_session(), reconciliation=a_reconciliation(**none))))
    assert "The stored pages print no totals to compare with" in report.text(".verdict.complete")
    assert "equal" not in report.text(".verdict.complete")


def test_a_list_that_is_short_of_its_month_does_not_say_that_nobody_drove() -> None:
    difference = "sessions 2 by the month page and 0 by us"
    short = a_reconciliation(verdict="differs", differences=[difference], missing_sessions=2, our_sessions=0)
    text = Report.of(render(a_day(reconciliation=short))).text("#day")
    assert "Nobody drove" not in text
    assert difference in text
    assert "The month page counts 2 sessions more than the day's list shows." in text
    assert "make crawl transform TRACK=bend FROM=2025-10-25 TO=2025-10-25" in text


@pytest.mark.parametrize("sessions", [[a_session(**ALL_UNKNOWN)], [a_session(1, **ALL_UNKNOWN), a_session(2)]])
def test_unknown_figures_are_a_dash_or_blank(sessions: list[Session]) -> None:
    page = Report.of(render(a_day(*sessions)))
    assert "None" not in page.text("body")
    assert "nan" not in page.text("body").lower()


def test_racers_with_one_name_have_a_distinction_and_unknown_drivers_are_last() -> None:
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


def test_the_lap_table_marks_invalid_and_best_laps() -> None:
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


def test_a_session_with_few_laps_is_not_the_most_consistent_one() -> None:
    short = a_session(1, "Short", valid_lap_count=2, consistency=Decimal("99.999"))
    report = Report.of(render(a_day(short, a_session(2, "Long"))))
    (most_consistent,) = [text for text in report.page.css(".highlights li").getall() if "Most consistent" in text]
    assert "Long" in most_consistent


def test_a_lap_that_is_left_out_is_no_best_lap_anywhere() -> None:
    laps = [replace(LAPS[2], left_out="cut the hairpin") if lap.number == 3 else lap for lap in LAPS]
    report = Report.of(render(a_day(a_session(laps=laps, best_lap=Decimal("33.000"), best_lap_number=7))))
    (pace,) = report.table("#class-1 figure table")
    assert pace[1:3] == ["4", "33.000"]
    assert report.table("#class-1 table")[0][2] == "33.000"
    cells = {row[0]: row[1] for row in report.table("table.laps")}
    assert (cells["3"], cells["7"]) == ("32.900 left out", "33.000 best")
    assert "Session 1, lap 3: 32.900 left out: cut the hairpin" in report.text(".unusual")
    assert "1 left out" in report.text("figcaption[id$='-laps-caption']")
    marks = [mark for mark in report.page.css("figure").getall() if "best 32.900" in mark]
    assert marks == []
