"""List pages: payload, columns, unreadable rows, and pages that are rejected."""

import re

import pytest

from scraper.pages import DayListPage, MonthPage, PageError, PageErrorKind
from tests.pages.markup import (
    LIST_HEADINGS,
    NO_SESSIONS,
    day_list_page,
    labelled_table,
    list_row,
    list_table,
    month_page,
    panel,
)

STATS_HEADING = "Practice Stats for October 25, 2025 (Saturday)"


def read(html: str) -> DayListPage:
    return DayListPage(html, date="2025-10-25")


def error_of(html: str) -> PageError:
    with pytest.raises(PageError) as error:
        read(html).payload()
    return error.value


def stats_panel(total_laps: str, unique_drivers: str) -> str:
    return panel(STATS_HEADING, labelled_table({"Total Laps": total_laps, "Unique Drivers": unique_drivers}))


def only_session(row: str) -> dict[str, str]:
    (session,) = read(day_list_page(list_table([row]))).sessions
    return session


def test_a_list_without_panels_has_this_payload() -> None:
    assert read(day_list_page()).payload() == {
        "track_name": "Sandy Creek",
        "date_heading": "October 25, 2025 (Saturday)",
        "sessions": [
            {
                "session_id": "900001",
                "driver": "Ana Ruiz",
                "class_and_transponder": "1/10 Open (9000013)",
                "started_at": "2025-10-25 16:36:38",
                "started_at_display": "4:36:38pm",
                "laps": "9",
                "length": "8:28",
                "fast": "34.746",
                "avg": "56.437",
            }
        ],
    }


def test_sessions_are_in_page_order_even_if_an_id_occurs_twice() -> None:
    rows = [list_row(900003), list_row(900001), list_row(900003, driver="Bo Lind")]
    sessions = read(day_list_page(list_table(rows))).sessions
    assert [session["session_id"] for session in sessions] == ["900003", "900001", "900003"]


@pytest.mark.parametrize("length", ["8:28", "55", "0:00", "1:02:33", ""])
def test_the_length_is_kept_as_printed(length: str) -> None:
    session = only_session(list_row(laps=f"9<br />{length}"))
    assert (session["laps"], session["length"]) == ("9", length)


@pytest.mark.parametrize("cell", ["", "&nbsp;", "\n\t", "Fast: <br />Avg: "])
def test_a_session_without_laps_has_blank_lap_times(cell: str) -> None:
    session = only_session(list_row(laps="0<br />0:00", fast=cell))
    assert session["laps"] == "0"
    assert session["fast"] == session["avg"] == ""


def test_lap_times_without_labels_are_kept_in_another_field() -> None:
    session = only_session(list_row(fast="34.746<br />56.437"))
    assert (session["fast"], session["avg"], session["fast_avg"]) == ("", "", "34.746 56.437")


@pytest.mark.parametrize("small", ["Open Practice", "1/8 Buggy (Sportsman) (1234567)", "4WD (Mod)", "2WD (2222363/2)"])
def test_class_and_transponder_are_not_split(small: str) -> None:
    assert only_session(list_row(small=small))["class_and_transponder"] == small


def test_the_class_is_absent_if_its_element_is_missing() -> None:
    row = list_row().replace("<br /><small>1/10 Open (9000013)</small>", "")
    assert "class_and_transponder" not in only_session(row)


@pytest.mark.parametrize(
    "href",
    [
        "/practice/?p=view_session&id=42",
        "/practice/?p=view_session&amp;id=42",
        "/practice/?id=42&p=view_session",
        "https://elsewhere.example/?lap_id=7&x=&id=42&p=view_session#id=9",
    ],
)
def test_the_session_id_may_be_anywhere_in_the_query(href: str) -> None:
    assert only_session(list_row(href=href))["session_id"] == "42"


def test_other_links_in_the_driver_cell_are_ignored() -> None:
    row = list_row().replace("<td><a", '<td><a href="/practice/?p=view_driver&id=7">profile</a> <a', 1)
    session = only_session(row)
    assert (session["session_id"], session["driver"]) == ("900001", "Ana Ruiz")


@pytest.mark.parametrize(
    ("row", "text", "reason"),
    [
        (list_row(href="/practice/?p=view_session"), "Ana Ruiz", "no session id"),
        (list_row(href="/practice/?p=view_session&id=12a"), "Ana Ruiz", "no session id"),
        (list_row(href="/practice/?p=view_session&id=-1"), "Ana Ruiz", "no session id"),
        (list_row(href="/practice/?p=view_session&id=٤٢"), "Ana Ruiz", "no session id"),
        (list_row(href="/practice/?p=view_session&id=1234567890123"), "Ana Ruiz", "no session id"),
        (list_row(href="/practice/?p=view_session&id=1&id=2"), "Ana Ruiz", "no session id"),
        (list_row(href="/practice/?p=view_driver&id=1"), "Ana Ruiz", "no link"),
        (list_row(href="http://[bad/?p=view_session&id=1"), "Ana Ruiz", "no session id"),
        (list_row().replace("<a href", "<b title").replace("</a>", "</b>"), "Ana Ruiz", "no link"),
        (list_row(started_at=""), "Ana Ruiz", "no date and time of its start"),
        (list_row().replace('class="hidden"', ""), "Ana Ruiz", "no date and time of its start"),
        ("<tr><td>Loading</td></tr>", "Loading", "1 cells under 4 column headings"),
        ("<tr></tr>", "", "0 cells under 4 column headings"),
    ],
)
def test_an_unreadable_row_is_reported_and_the_others_are_kept(row: str, text: str, reason: str) -> None:
    payload = read(day_list_page(list_table([list_row(900002), row, list_row(900003)]))).payload()
    assert [session["session_id"] for session in payload["sessions"]] == ["900002", "900003"]
    (unreadable,) = payload["unreadable_rows"]
    assert unreadable["row"].startswith(text)
    assert reason in unreadable["reason"]


def test_the_text_of_an_unreadable_row_is_limited() -> None:
    rows = [list_row(), list_row(driver="A" * 2_000, started_at="")]
    (unreadable,) = read(day_list_page(list_table(rows))).unreadable_rows
    assert unreadable["row"] == "A" * 500


def test_columns_may_be_in_any_order() -> None:
    row = (
        "<tr><td>Fast: 34.746<br />Avg: 56.437</td><td>9<br />8:28</td><td>sunny</td>"
        '<td><div class="hidden">2025-10-25 16:36:38</div>4:36:38pm</td>'
        '<td><a href="?p=view_session&id=900001">Ana Ruiz</a><br /><small>1/10 Open (9000013)</small></td></tr>'
    )
    headings = ["Fast / Avg", "Laps / Length", "Weather (sky)", "Time", "Driver / Class"]
    (session,) = read(day_list_page(list_table([row], headings))).sessions
    assert session == only_session(list_row()) | {"weather_sky": "sunny"}


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Time Zone", "time_zone"),
        ("Laps<br />Led", "laps_led"),
        ("Laps", "other_laps"),
        ("Length", "other_length"),
        ("Session Id", "other_session_id"),
        ("", "column"),
    ],
)
def test_an_unknown_column_is_kept_without_an_effect_on_known_ones(heading: str, key: str) -> None:
    expected = only_session(list_row()) | {key: "extra cell"}
    before = list_row().replace("<tr>", "<tr><td>extra<br />cell</td>")
    assert read(day_list_page(list_table([before], [heading, *LIST_HEADINGS]))).sessions == [expected]
    after = list_row().replace("</tr>", "<td>extra<br />cell</td></tr>")
    assert read(day_list_page(list_table([after], [*LIST_HEADINGS, heading]))).sessions == [expected]


def test_two_unknown_columns_with_the_same_heading_are_both_kept() -> None:
    row = list_row().replace("<tr>", "<tr><td>sun</td>").replace("</tr>", "<td>rain</td></tr>")
    (session,) = read(day_list_page(list_table([row], ["Sky", *LIST_HEADINGS, "Sky"]))).sessions
    assert session == only_session(list_row()) | {"sky": "sun", "sky_6": "rain"}


@pytest.mark.parametrize("headings", [["Name", "Start", "Count", "Best"], ["Fast", "Laps", "Time", "Driver"]])
def test_columns_are_recognised_by_their_cells_whatever_their_headings(headings: list[str]) -> None:
    assert read(day_list_page(list_table([list_row()], headings))).sessions == [only_session(list_row())]


def test_a_table_without_headings_is_read() -> None:
    html = day_list_page(f"<table class='practice_session_list'><tbody>{list_row()}</tbody></table>")
    assert read(html).sessions == [only_session(list_row())]


@pytest.mark.parametrize("laps", ["1,200", "1.200", "1 200"])
def test_the_column_of_laps_is_recognised_with_thousands(laps: str) -> None:
    row = list_row(laps=f"{laps}<br />3:30:00")
    (session,) = read(day_list_page(list_table([row], ["A", "B", "C", "D"]))).sessions
    assert (session["laps"], session["length"]) == (laps, "3:30:00")


def test_a_driver_cell_that_looks_like_lap_times_is_still_the_driver() -> None:
    row = list_row(driver="Fast: 1.000", small="9 8:28")
    (session,) = read(day_list_page(list_table([row], ["A", "B", "C", "D"]))).sessions
    assert (session["driver"], session["fast"], session["laps"]) == ("Fast: 1.000", "34.746", "9")


def test_the_column_of_lap_times_is_found_by_its_heading_if_all_cells_are_empty() -> None:
    (session,) = read(day_list_page(list_table([list_row(laps="0<br />0:00", fast="")]))).sessions
    assert (session["laps"], session["length"], session["fast"], session["avg"]) == ("0", "0:00", "", "")


@pytest.mark.parametrize(("number", "name"), [(0, "driver"), (1, "time"), (2, "laps"), (3, "fast")])
def test_a_missing_column_is_a_changed_layout(number: int, name: str) -> None:
    cells = re.findall("<td.*?</td>", list_row(), re.DOTALL)
    kept = "".join(cell for other, cell in enumerate(cells) if other != number)
    headings = [heading for other, heading in enumerate(LIST_HEADINGS) if other != number]
    error = error_of(day_list_page(list_table([f"<tr>{kept}</tr>"], headings)))
    assert error.kind is PageErrorKind.CHANGED_LAYOUT
    assert f'no column "{name}"' in error.reason


def test_a_day_without_sessions_has_this_payload() -> None:
    assert read(day_list_page(NO_SESSIONS)).payload() == {
        "track_name": "Sandy Creek",
        "date_heading": "October 25, 2025 (Saturday)",
        "sessions": [],
    }


def test_a_day_without_sessions_may_have_statistics_of_zero() -> None:
    html = day_list_page(NO_SESSIONS, panels=stats_panel("0", "0"))
    assert read(html).payload() == read(day_list_page(NO_SESSIONS)).payload()


NO_PRACTICE = "There are no synched up practice sessions."


@pytest.mark.parametrize("html", [day_list_page(NO_PRACTICE), day_list_page(NO_PRACTICE.upper(), heading="Sessions")])
def test_a_dated_page_of_a_track_without_practice_is_an_empty_day(html: str) -> None:
    assert read(html).payload() == read(day_list_page(NO_SESSIONS)).payload()


@pytest.mark.parametrize(
    "html",
    [
        day_list_page(NO_PRACTICE, heading="Sessions", h5=None),
        day_list_page(NO_PRACTICE, heading="Sessions", h5="October 24, 2025 (Friday)"),
        day_list_page(NO_PRACTICE, panels=stats_panel("487", "9")),
        day_list_page("", panels=panel("News", NO_PRACTICE)),
    ],
)
def test_a_page_without_practice_that_is_of_no_day_or_contradicts_itself_is_rejected(html: str) -> None:
    error_of(html)


@pytest.mark.parametrize("body", [NO_SESSIONS, "", list_table([])])
@pytest.mark.parametrize("statistics", [("487", "0"), ("0", "9"), ("1,024", "")])
def test_statistics_of_sessions_that_are_not_listed_are_a_contradiction(body: str, statistics: tuple[str, str]) -> None:
    error = error_of(day_list_page(body, panels=stats_panel(*statistics)))
    assert error.kind is PageErrorKind.CONTRADICTION
    assert "the page lists no sessions, but its statistics say" in error.reason


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        (day_list_page(""), "no table.practice_session_list"),
        (day_list_page(list_table([])), "table.practice_session_list has no rows"),
        (day_list_page(NO_SESSIONS + list_table([])), "table.practice_session_list has no rows"),
        (day_list_page("", panels=panel("News", NO_SESSIONS)), "no table.practice_session_list"),
        (day_list_page().replace("practice_session_list", "sessions"), "no table.practice_session_list"),
        (day_list_page().replace("practice_session_list", "practice_session_list_2"), "no table.practice_session_list"),
        (day_list_page(NO_SESSIONS, heading="Sessions"), 'no panel "Practice Sessions on …"'),
        (day_list_page(NO_SESSIONS, h5=None), "no h5.page-header"),
        (day_list_page(NO_SESSIONS, h5="10/25/2025"), 'no date in the heading "10/25/2025"'),
        (day_list_page(NO_SESSIONS, h5="October 32, 2025"), "no date in the heading"),
        (day_list_page(list_table([list_row(href="?id=1"), list_row(href="?id=2")])), "no session can be read"),
    ],
)
def test_a_list_without_sessions_and_without_a_landmark_is_rejected(html: str, missing: str) -> None:
    error = error_of(html)
    assert error.kind is PageErrorKind.CHANGED_LAYOUT
    assert missing in error.reason


@pytest.mark.parametrize(
    "html",
    [
        day_list_page(h5="October 24, 2025 (Friday)"),
        day_list_page(heading="Practice Sessions on October 24, 2025 (Friday)"),
        day_list_page(NO_SESSIONS, h5="October 24, 2025 (Friday)"),
    ],
)
def test_the_page_of_another_day_is_rejected_with_both_dates(html: str) -> None:
    error = error_of(html)
    assert error.kind is PageErrorKind.OTHER_DATE
    assert error.reason == "the page is of 2025-10-24 instead of 2025-10-25"


def test_a_month_page_is_rejected_although_it_has_the_sentence_of_an_empty_day() -> None:
    html = month_page(today=panel("Practice Sessions on October 25, 2025 (Saturday)", NO_SESSIONS))
    assert MonthPage(html, month="2025-10").days
    assert error_of(html).kind is PageErrorKind.CHANGED_LAYOUT


@pytest.mark.parametrize("total", ["1,027", "1.027", "1 027", "1&nbsp;027", "1'027"])
def test_rows_are_missing_whatever_separates_the_thousands_of_the_statistics(total: str) -> None:
    rows = list_table([list_row(session_id, laps="500<br />3:30:00") for session_id in (900001, 900002)])
    cut = read(day_list_page(rows, panels=stats_panel(total, "2"))).payload()
    (missing,) = cut["unreadable_rows"]
    assert missing["reason"] == "rows are missing: the list has 1000 laps, its statistics say 1027"


def test_a_list_with_fewer_laps_than_its_statistics_count_is_marked_as_incomplete() -> None:
    rows = list_table([list_row(session_id) for session_id in (900001, 900002)])
    whole = read(day_list_page(rows, panels=stats_panel("18", "2"))).payload()
    assert "unreadable_rows" not in whole
    cut = read(day_list_page(rows, panels=stats_panel("27", "2"))).payload()
    assert cut["sessions"] == whole["sessions"]
    (missing,) = cut["unreadable_rows"]
    assert missing["reason"] == "rows are missing: the list has 18 laps, its statistics say 27"
