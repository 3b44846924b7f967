"""Figures of month and list pages that no other field of the payload has."""

from typing import Any

import pytest

from scraper.pages import DayListPage, MonthPage
from scraper.pages.other_figures import MOST_FIGURES
from tests.pages.markup import (
    LIST_HEADINGS,
    NO_SESSIONS,
    day_list_page,
    day_row,
    labelled_table,
    list_row,
    list_table,
    month_page,
    month_table,
    panel,
)

DAY = "October 25, 2025 (Saturday)"
STATS = panel(f"Practice Stats for {DAY}", labelled_table({"Total Laps": "9"}))
LEADER = '<a href="/practice/?p=view_session&id=900001">34.746</a> (<small>Ana Ruiz 2</small>)<br /><small>1/10</small>'
NOTHING: list[tuple[str, str]] = []


def of_list(panels: str, **page: Any) -> list[tuple[str, str]]:
    return _figures(DayListPage(day_list_page(panels=panels, **page), date="2025-10-25").payload())


def of_month(html: str) -> list[tuple[str, str]]:
    return _figures(MonthPage(html, month="2025-10").payload())


def _figures(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(figure["panel"], figure["text"]) for figure in payload.get("other_figures", [])]


@pytest.mark.parametrize(
    ("panels", "figures"),
    [
        (panel("Practice Awards", labelled_table({"Most Laps": "55"})), [("Practice Awards", "Most Laps 55")]),
        (panel("Summary", "Total sessions: <b>99</b>"), [("Summary", "Total sessions: 99")]),
        ("<p>Total sessions: 99</p>", [("", "Total sessions: 99")]),
        (panel("Summary: 99 sessions", ""), [("Summary: 99 sessions", "Summary: 99 sessions")]),
        (STATS * 2, [(f"Practice Stats for {DAY}", "Total Laps 9")]),
        (STATS.replace("9</td>", "9</td><td>600</td>"), [(f"Practice Stats for {DAY}", "Total Laps 9 600")]),
        (
            STATS.replace("</tbody>", "<tr><th>Total Laps</th><td>600</td></tr></tbody>"),
            [(f"Practice Stats for {DAY}", "Total Laps 600")],
        ),
        (
            STATS.replace("<table", "About 600 laps<br />or 7 <table"),
            [(f"Practice Stats for {DAY}", "About 600 laps or 7")],
        ),
        (
            panel(f"Practice Leaderboard for {DAY}", labelled_table({"Overall Fastest": LEADER + " of 9 laps"})),
            [(f"Practice Leaderboard for {DAY}", "Overall Fastest 34.746 (Ana Ruiz 2) 1/10 of 9 laps")],
        ),
        (
            list_table([list_row(7, driver="Bo")]),
            [("", "Bo 1/10 Open (9000013) 4:36:38pm 9 8:28 Fast: 34.746 Avg: 56.437")],
        ),
        (panel("Laps", "<div>1</div>\n<ul><li>2</li></ul>"), [("Laps", "1"), ("Laps", "2")]),
    ],
)
def test_a_figure_of_a_list_page_that_is_not_read_is_kept(panels: str, figures: list[tuple[str, str]]) -> None:
    assert of_list(panels) == figures


def test_a_foot_that_is_no_heading_of_the_list_is_kept() -> None:
    foot = "<tfoot><tr><th>Total</th><th></th><th>9</th><th></th></tr></tfoot>"
    table = list_table([list_row()]).replace("<tbody>", foot + "<tbody>")
    assert of_list("", body=table) == [(f"Practice Sessions on {DAY}", "Total 9")]


def test_the_date_of_a_list_page_may_have_no_figure_beside_it() -> None:
    assert of_list("", h5=f"{DAY}, 56 sessions") == [("", f"{DAY}, 56 sessions")]


@pytest.mark.parametrize(
    "panels",
    [
        STATS,
        panel(f"Practice Leaderboard for {DAY}", labelled_table({"Overall Fastest": LEADER, "4WD 2": LEADER})),
        panel("Notes", "Driven on Sat, Oct 25, 2025 and 2025-10-26, back to <a>October 2025</a>"),
        panel("Notes", "<script>var x = 7;</script><style>a { top: 7px }</style><!-- 7 -->"),
        panel("Choice", "<select><option>7</option></select><button>7</button><textarea>7</textarea>"),
        '<div class="hidden">7</div><ul class="pagination"><li><a>2</a></li></ul><nav>7</nav><footer>© 2026</footer>',
        panel("Practice Awards", labelled_table({"Most Laps": "none"})),
        panel("Opening hours", "Open 9 to 5. Phone 555-1234. Entry fee $10.") + "<p>Weather: 21 C</p>",
    ],
)
def test_what_is_read_and_what_is_no_figure_is_not_kept(panels: str) -> None:
    assert of_list(panels) == NOTHING


def test_headings_of_columns_are_no_figures() -> None:
    assert of_list("", body=list_table([list_row()], [*LIST_HEADINGS[:3], "Fast 3"])) == NOTHING


def test_only_the_zeros_of_an_empty_day_are_read() -> None:
    cells = {"Total Laps": "0", "Total Track Time": "0 seconds", "Unique Classes": "2"}
    stats = panel(f"Practice Stats for {DAY}", labelled_table(cells))
    assert of_list(stats, body=NO_SESSIONS) == [(f"Practice Stats for {DAY}", "Unique Classes 2")]


@pytest.mark.parametrize(
    ("extra", "figures"),
    [
        (
            panel("Totals for October 2025", labelled_table({"Total Sessions": "77"})),
            [("Totals for October 2025", "Total Sessions 77")],
        ),
        ("<p>Total practice sessions this month: 77</p>", [("", "Total practice sessions this month: 77")]),
        (panel("Practice Dates for October 2025", "71 sessions"), [("Practice Dates for October 2025", "71 sessions")]),
        (panel(f"Practice Sessions on {DAY}", list_table([list_row()])) + STATS, NOTHING),
    ],
)
def test_a_figure_of_a_month_page_that_is_not_read_is_kept(extra: str, figures: list[tuple[str, str]]) -> None:
    assert of_month(month_page(today=extra)) == figures
    flat = extra.replace('<div class="panel panel-default">', "").replace("</div></div>", "</div>")
    assert [text for _, text in of_month(month_page(today=flat))] == [text for _, text in figures]


def test_a_total_beside_the_days_of_a_month_is_kept() -> None:
    total = "<tr><th>Total</th><th>77</th></tr>"
    page = month_page(month_table([day_row(), total]))
    assert of_month(page) == [("Practice Dates for October 2025", "Total 77")]


def test_a_month_without_practice_keeps_its_figures() -> None:
    assert of_month(month_page("There are no synched up practice sessions. In all: 7")) == [
        ("Practice Dates for October 2025", "There are no synched up practice sessions. In all: 7")
    ]


def test_many_figures_are_counted_and_long_ones_cut() -> None:
    lines = "".join(f"<p>{number} {'x' * 600}</p>" for number in range(1000))
    found = of_list(panel("Laps " + "y" * 300, lines))
    assert len(found) == MOST_FIGURES
    assert found[-1] == ("", f"and {1000 - MOST_FIGURES + 1} more lines")
    assert {(len(name), len(text)) for name, text in found[:-1]} == {(100, 500)}
