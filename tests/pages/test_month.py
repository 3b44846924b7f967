"""Month pages: payload, unreadable rows, and pages that are rejected."""

import pytest

from scraper.pages import MonthPage, PageError, PageErrorKind
from tests.pages.markup import NO_SESSIONS, day_row, list_row, list_table, month_page, month_table, panel


def read(html: str) -> MonthPage:
    return MonthPage(html, month="2025-10")


def error_of(html: str) -> PageError:
    with pytest.raises(PageError) as error:
        read(html).payload()
    return error.value


def test_the_payload_has_all_fields_of_the_month() -> None:
    rows = [day_row(), day_row("2025-10-12", "Sun, Oct 12, 2025", "2")]
    assert read(month_page(month_table(rows))).payload() == {
        "track_name": "Sandy Creek",
        "month_heading": "October 2025",
        "available_months": ["2026-01", "2025-10"],
        "days": [
            {"date": "2025-10-25", "label": "Sat, Oct 25, 2025", "sessions": "56"},
            {"date": "2025-10-12", "label": "Sun, Oct 12, 2025", "sessions": "2"},
        ],
    }


def test_columns_may_be_in_any_order() -> None:
    link = '<a href="/practice/?p=session_list&d=2025-10-25">'
    row = f"<tr><td>{link}56</a></td><td>dry</td><td>{link}Sat, Oct 25, 2025</a></td></tr>"
    days = read(month_page(month_table([row], ["# Sessions", "Track State", "Date"]))).days
    assert days == [{"date": "2025-10-25", "label": "Sat, Oct 25, 2025", "sessions": "56", "track_state": "dry"}]


def test_the_date_may_be_anywhere_in_the_query() -> None:
    row = day_row().replace("?p=session_list&d=2025-10-25", "?d=2025-10-25&amp;x=1#top&p=session_list")
    assert read(month_page(month_table([row]))).days[0]["date"] == "2025-10-25"


@pytest.mark.parametrize("date", ["", "2025-10-32", "2025-1-5", "20251025", "2025-10-25T00:00", "٢٠٢٥-10-25", "today"])
def test_a_link_without_an_iso_date_is_reported_and_other_days_are_kept(date: str) -> None:
    month = read(month_page(month_table([day_row(), day_row(date, "Some day")])))
    assert [day["date"] for day in month.days] == ["2025-10-25"]
    assert month.payload()["unreadable_rows"] == [
        {"row": "Some day 56", "reason": "no date in the link to the day's list, and no date in the text"},
    ]


@pytest.mark.parametrize(
    "row", ["<tr><td>Sun, Oct 12, 2025</td><td>2</td></tr>", day_row("today", "Sun, Oct 12, 2025", "2")]
)
def test_a_day_without_a_date_in_a_link_has_the_date_of_its_text(row: str) -> None:
    month = read(month_page(month_table([day_row(), row])))
    assert month.days[1:] == [{"date": "2025-10-12", "label": "Sun, Oct 12, 2025", "sessions": "2"}]
    assert month.unreadable_rows == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("<tr><td>Total</td><td>44</td></tr>", "no link to the day's list, and no date in the text"),
        ("<tr><td>Thu, Nov 27, 2025</td><td>4</td></tr>", "2025-11-27 is no day of 2025-10"),
        (day_row("2025-09-06", "Sat, Sep 06, 2025", "4"), "2025-09-06 is no day of 2025-10"),
    ],
)
def test_a_row_without_a_day_of_the_month_is_reported(row: str, reason: str) -> None:
    month = read(month_page(month_table([day_row(), row])))
    assert [day["date"] for day in month.days] == ["2025-10-25"]
    assert [each["reason"] for each in month.unreadable_rows] == [reason]


def test_a_row_with_missing_cells_is_reported() -> None:
    month = read(month_page(month_table([day_row(), "<tr><td>Sun, Oct 12, 2025</td></tr>"])))
    assert month.unreadable_rows == [{"row": "Sun, Oct 12, 2025", "reason": "1 cells under 2 column headings"}]


def test_a_month_without_a_readable_day_is_rejected() -> None:
    error = error_of(month_page(month_table([day_row("soon", "Soon"), day_row("later", "Later")])))
    assert error.kind is PageErrorKind.CHANGED_LAYOUT
    assert "no day can be read: no date in the link" in error.reason


@pytest.mark.parametrize("table", ["", month_table([])])
def test_a_month_without_sessions_has_no_days(table: str) -> None:
    assert read(month_page(table)).payload()["days"] == []


WITHOUT_PANEL = month_page("There are NO synched up\npractice sessions.").replace("Practice Dates for", "Practice")


@pytest.mark.parametrize(
    ("html", "heading", "months"),
    [
        (month_page("", months=[]), "October 2025", []),
        (month_page("").replace("available_session_months", "months"), "October 2025", []),
        (month_page('<table class="table"></table>', months=[]), "October 2025", []),
        (month_page("no synched up practice sessions"), "October 2025", ["2026-01", "2025-10"]),
        (month_page("no synched up practice sessions", heading="Practice Dates for"), "", ["2026-01", "2025-10"]),
        (WITHOUT_PANEL, "", []),
    ],
)
def test_a_month_page_without_sessions_or_that_says_so_is_an_empty_month(
    html: str, heading: str, months: list[str]
) -> None:
    assert read(html).payload() == {
        "track_name": "Sandy Creek",
        "month_heading": heading,
        "available_months": months,
        "days": [],
    }


def test_a_page_that_says_that_there_is_no_practice_and_shows_days_is_no_empty_month() -> None:
    words = "<p>There are no synched up practice sessions.</p>"
    assert len(read(month_page(f"{words}{month_table([day_row()])}")).days) == 1
    error = error_of(month_page(f"{words}<table><tr><td></td></tr>{day_row()}</table>"))
    assert "links to days, but no table.table" in error.reason
    assert error_of(month_page(words, heading="Practice Dates for September 2025")).kind is PageErrorKind.OTHER_DATE


@pytest.mark.parametrize(
    "today",
    [
        panel("Practice Sessions on October 25, 2025 (Saturday)", NO_SESSIONS),
        panel("Practice Sessions on January 12, 2026 (Monday)", list_table([list_row(), list_row(900002)])),
        "",
    ],
)
def test_todays_list_is_ignored(today: str) -> None:
    assert read(month_page(today=today)).payload() == read(month_page()).payload()
    assert read(month_page("", today=today)).days == []


def test_the_page_of_another_month_is_rejected_with_both_months() -> None:
    error = error_of(month_page(heading="Practice Dates for September 2025"))
    assert error.kind is PageErrorKind.OTHER_DATE
    assert error.reason == "the page is of 2025-09 instead of 2025-10"


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        (month_page(heading="Days"), 'no panel "Practice Dates for …"'),
        (month_page(heading="Practice Dates for Brumaire 234"), "names no month"),
        (month_page().replace("available_session_months", "months"), "no select#available_session_months"),
        (month_page(month_table([day_row()], ["Day", "# Sessions"])), 'no column "date"'),
        (month_page(month_table([day_row()], ["Date", "Entries"])), 'no column "sessions"'),
        (month_page(f"<table><tr><td></td></tr>{day_row()}</table>"), "links to days, but no table.table"),
        (month_page(f'<table class="table">{day_row()}</table>'), 'no column "date"'),
    ],
)
def test_a_missing_landmark_is_a_changed_layout_and_is_named(html: str, missing: str) -> None:
    error = error_of(html)
    assert error.kind is PageErrorKind.CHANGED_LAYOUT
    assert missing in error.reason


def test_options_without_a_value_are_ignored() -> None:
    assert read(month_page(months=["", "2025-10"])).available_months == ["2025-10"]
