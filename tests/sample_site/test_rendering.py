"""The pages have LiveRC's structure and are consistent. Read with selectors, without the crawler's page objects."""

import json
import re
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsel import Selector

from scraper.sample_site.practice import Day
from scraper.sample_site.rendering import render_list, render_month, render_session
from scraper.sample_site.season import Season

NO_SESSIONS = "There are no practice sessions available for the given date."


def _list(season: Season, day: Day) -> Selector:
    return Selector(render_list(season, day.track.slug, day.date))


def _session_page(season: Season, transponder: str) -> tuple[str, Selector]:
    for day in season.days():
        for session in day.sessions:
            if session.transponder == transponder:
                html = render_session(season, day.track.slug, session.session_id)
                return html, Selector(html)
    raise AssertionError(f"no session of {transponder}")


def _text(selector: Selector) -> str:
    return " ".join(" ".join(selector.xpath(".//text()").getall()).split())


def _panel(page: Selector, heading: str) -> dict[str, Selector]:
    panel = page.xpath(f"//div[@class='panel panel-default'][div[contains(., '{heading}')]]")
    return {_text(row.xpath("th")[0]): row.xpath("td")[0] for row in panel.xpath(".//tr[th and td]")}


def _script_array(page: Selector, name: str) -> tuple[str, Any]:
    found = re.search(rf"var {name} = (\[.*?\]);", "".join(page.xpath("//script/text()").getall()))
    assert found
    return found[1], json.loads(found[1])


@settings(max_examples=20)
@given(seed=st.integers(0, 10**9))
def test_the_panels_of_a_list_are_totals_of_its_rows(seed: int) -> None:
    season = Season.generate(seed=seed, tracks=2, days=2, sessions_per_day=12)
    for day in season.days():
        page = _list(season, day)
        rows = page.css("table.practice_session_list > tbody > tr")
        laps, lengths = zip(*(row.xpath("td[3]/text()").getall() for row in rows), strict=True)
        drivers = {_text(row.xpath("td[1]/a")[0]) for row in rows} - {"Unknown Driver", ""}
        starts = [(row.xpath("td[2]/div/text()").get(), row.xpath("td[2]/text()").get()) for row in rows]
        fastest = [float(time) for time in rows.xpath("td[4]/@data-sort").getall() if time]

        stats = _panel(page, "Practice Stats for")
        assert _text(stats["Total Laps"]) == str(sum(map(int, laps)))
        assert _text(stats["Unique Drivers"]) == str(len(drivers))
        assert _text(stats["Time Range"]) == f"First Session: {starts[-1][1]} Last Session: {starts[0][1]}"
        assert starts == sorted(starts, reverse=True)
        hours, minutes, seconds = (
            int(found[1]) if (found := re.search(rf"(\d+) {unit}", _text(stats["Total Track Time"]))) else 0
            for unit in ("hour", "minute", "second")
        )
        total = 3600 * hours + 60 * minutes + seconds
        assert abs(total - sum(map(_seconds, lengths))) <= 0.5 * len(lengths) + 0.5

        by_class = _script_array(page, "data")[1]
        assert sum(each["data"] for each in by_class) == sum(map(int, laps))
        assert _text(stats["Unique Classes"]) == str(len(by_class))

        leaders = _panel(page, "Practice Leaderboard for")
        assert float(_text(leaders["Overall Fastest"].xpath("a")[0])) == min(fastest)
        assert set(leaders) - {"Overall Fastest"} <= {each["label"] for each in by_class} - {"Unknown Class"}


def _seconds(length: str) -> int:
    seconds = 0
    for part in length.split(":"):
        seconds = 60 * seconds + int(part)
    return seconds


def test_a_list_has_head_and_foot_before_its_body_and_the_newest_session_first(season: Season) -> None:
    day = season.day("saltbushflat", season.today)
    page = _list(season, day)
    assert [part.root.tag for part in page.css("table.practice_session_list > *")] == ["thead", "tfoot", "tbody"]
    hrefs = page.css("table.practice_session_list tbody a::attr(href)").getall()
    ids = [int(parse_qs(urlsplit(href).query)["id"][0]) for href in hrefs]
    assert ids == [session.session_id for session in reversed(day.sessions)]


def test_links_have_unescaped_ampersands_and_no_fixed_order_of_parameters(season: Season) -> None:
    html = render_list(season, "saltbushflat", season.today)
    assert re.search(r'href="/practice/\?p=view_session&id=\d+"', html)
    assert re.search(r'href="/practice/\?id=\d+&p=view_session"', html)
    assert "&amp;id" not in html


def test_a_list_row_omits_a_missing_transponder_and_has_a_blank_fast_cell_without_laps(season: Season) -> None:
    page = _list(season, season.day("Iron-Range", season.dates("Iron-Range")[-1]))
    rows = {_text(row.xpath("td[1]")[0]): row for row in page.css("table.practice_session_list tbody tr")}
    assert "Dorrit Vane 4WD (Mod)" in rows
    empty = rows["Basil Stray Short Course Truck (9000803)"]
    assert empty.xpath("td[3]/text()").getall() == ["0", "0:00"]
    assert _text(empty.xpath("td[4]")[0]) == ""


def test_a_day_without_sessions_has_a_message_and_neither_table_nor_panels(season: Season) -> None:
    page = Selector(render_list(season, "wattlegrove", date(2025, 10, 1)))
    assert page.css("h5.page-header::text").getall()[-1].strip() == "October 1, 2025 (Wednesday)"
    assert page.xpath(f"//div[contains(@class, 'panel-body')][normalize-space() = '{NO_SESSIONS}']")
    assert not page.css("table")
    assert "Practice Stats" not in page.get()


def test_a_month_lists_its_days_newest_first_with_their_numbers_of_sessions(season: Season) -> None:
    page = Selector(render_month(season, "Iron-Range", date(2025, 9, 1)))
    days = [day for day in reversed(season.dates("Iron-Range")) if day.month == 9]
    rows = page.xpath("//div[@class='col-lg-4']//tr[td]")
    assert [row.xpath("td/a/@href").getall() for row in rows] == [
        [f"/practice/?p=session_list&d={day}"] * 2 for day in days
    ]
    assert [row.xpath("td[2]/a/text()").get() for row in rows] == [
        str(len(season.day("Iron-Range", day).sessions)) for day in days
    ]
    assert page.css("select#available_session_months option::attr(value)").getall() == ["2025-10", "2025-09", "2025-08"]
    assert page.css("option[selected]::attr(value)").getall() == ["2025-09"]


@pytest.mark.parametrize(("slug", "is_active"), [("saltbushflat", True), ("wattlegrove", False)])
def test_every_month_page_shows_the_sessions_of_today(slug: str, is_active: bool, season: Season) -> None:
    page = Selector(render_month(season, slug, date(2025, 8, 1)))
    today = page.css("div.col-lg-8")
    assert "Practice Sessions on October 26, 2025 (Sunday)" in _text(today[0])
    assert bool(today.css("table.practice_session_list")) is is_active
    assert (NO_SESSIONS in _text(today[0])) is not is_active


def test_a_month_without_days_has_no_table_of_them(season: Season) -> None:
    page = Selector(render_month(season, "wattlegrove", date(2024, 1, 1)))
    assert "Practice Dates for January 2024" in _text(page.css("div.col-lg-4")[0])
    assert not page.css("div.col-lg-4 table")


def test_invalid_laps_have_a_star_and_a_zero_and_the_fastest_valid_lap_its_css_class(season: Season) -> None:
    day = season.day("saltbushflat", season.today)
    (invalid,) = (each for each in day.sessions if each.driver == "Basil Stray" and len(each.laps) > 2)
    page = Selector(render_session(season, "saltbushflat", invalid.session_id))
    labels = [_text(span) for span in page.css("div.laps_list > div > span")]
    laps = _script_array(page, "lapsObj")[1]
    assert [label.endswith("*") for label in labels] == [not lap.is_valid for lap in invalid.laps]
    assert [lap["is_valid"] for lap in laps] == ["1" if lap.is_valid else "0" for lap in invalid.laps]
    fastest = min((lap for lap in invalid.laps if lap.is_valid), key=lambda lap: lap.time_ms)
    assert [_text(span) for span in page.css("span.fast_lap")] == [labels[fastest.number - 1]]


def test_the_laps_script_holds_strings_only_and_escapes_slashes(season: Season) -> None:
    _, page = _session_page(season, "9000901")
    text, laps = _script_array(page, "lapsObj")
    assert all(isinstance(value, str) for lap in laps for value in lap.values())
    assert r"\/2025 " in text


@pytest.mark.parametrize(
    ("transponder", "written"),
    [("9000505", "Finn O&#39;Dwyer"), ("9000506", "Mabb &amp; Sons"), ("9000507", "Zed &lt;3")],
)
def test_names_are_escaped(transponder: str, written: str, season: Season) -> None:
    html, _ = _session_page(season, transponder)
    assert f"<td>{written}</td>" in html


def test_two_responses_of_one_page_differ_only_in_asset_version_and_year(season: Season) -> None:
    first, second = (render_list(season, "wattlegrove", season.today, visit) for visit in (1, 2))
    assert first != second
    plain = [re.sub(r"\?\d{4}\"|2014-\d{4}", "", html) for html in (first, second)]
    assert plain[0] == plain[1]


def test_pages_are_indented_with_tabs_and_load_recaptcha(season: Season) -> None:
    for html in (render_month(season, "wattlegrove", season.today), render_list(season, "wattlegrove", season.today)):
        assert '\n\t\t<div id="wrapper">' in html
        assert "\r" not in html
        assert "//www.google.com/recaptcha/api.js" in html
        assert html.rstrip().endswith("</html>")
