"""The panels of a list page: statistics, leaderboard, and laps by class."""

from typing import Any

import pytest

from scraper.pages import DayListPage
from tests.pages.markup import day_list_page, labelled_table, panel

DAY = "October 25, 2025 (Saturday)"
CHART = (
    '<div class="flot-chart"></div><script>$(function() { var data = '
    r'[{"label":"1\/10 Open","data":221},{"label":"4WD (Mod)","data":266}]; $.plot(data); });</script>'
)
STATS = {
    "Total Laps": "9",
    "Total Track Time": "7 hours, 16 minutes, 45 seconds",
    "Unique Drivers": "9",
    "Unique Classes": "4",
    "Time Range": "\n\tFirst Session: 10:58:33am<br />\n\tLast Session: 4:36:38pm\t",
}


def payload(panels: str) -> dict[str, Any]:
    return DayListPage(day_list_page(panels=panels), date="2025-10-25").payload()


def leaderboard(cells: dict[str, str]) -> Any:
    return payload(panel(f"Practice Leaderboard for {DAY}", labelled_table(cells)))["leaderboard"]


@pytest.mark.parametrize("chart", [{}, {"Laps-by-Class": CHART}])
def test_statistics_are_read_by_label(chart: dict[str, str]) -> None:
    assert payload(panel(f"Practice Stats for {DAY}", labelled_table(STATS | chart)))["stats"] == {
        "total_laps": "9",
        "total_track_time": "7 hours, 16 minutes, 45 seconds",
        "unique_drivers": "9",
        "unique_classes": "4",
        "first_session": "10:58:33am",
        "last_session": "4:36:38pm",
    }


def test_panels_without_boxes_end_before_the_next_heading() -> None:
    leaders = {"Overall Fastest": '<a href="/practice/?p=view_session&id=7">21.0</a> (<small>Ana Ruiz</small>)'}
    boxes = panel(f"Practice Stats for {DAY}", labelled_table({"Total Laps": "9"}))
    boxes += panel(f"Practice Leaderboard for {DAY}", labelled_table(leaders))
    flat = (
        day_list_page(panels=boxes)
        .replace('<div class="panel panel-default">', "")
        .replace("</table>\n</div></div>", "</table></div>")
    )
    found = DayListPage(flat, date="2025-10-25").payload()
    assert found["stats"] == {"total_laps": "9"}
    assert found["leaderboard"] == [
        {"label": "Overall Fastest", "time": "21.0", "session_id": "7", "driver": "Ana Ruiz"}
    ]
    assert found["sessions"] == payload(boxes)["sessions"]


def test_an_unknown_statistic_is_kept() -> None:
    stats = payload(panel(f"Practice Stats for {DAY}", labelled_table({"Avg. Lap": "31.2", "Chart": CHART})))["stats"]
    assert stats == {"avg_lap": "31.2", "chart": ""}


def test_a_time_range_without_labels_is_kept_as_one_text() -> None:
    cells = {"Time Range": "10:58:33am<br />4:36:38pm"}
    assert payload(panel(f"Practice Stats for {DAY}", labelled_table(cells)))["stats"] == {
        "time_range": "10:58:33am 4:36:38pm"
    }


@pytest.mark.parametrize(
    "html",
    [panel("Laps-by-Class", CHART), panel(f"Practice Stats for {DAY}", labelled_table({"Laps-by-Class": CHART}))],
)
def test_laps_by_class_are_read_from_the_script(html: str) -> None:
    assert payload(html)["laps_by_class"] == [
        {"label": "1/10 Open", "laps": "221"},
        {"label": "4WD (Mod)", "laps": "266"},
    ]


def test_a_chart_without_classes_is_an_empty_list() -> None:
    assert payload("<script>var data = [];</script>")["laps_by_class"] == []


@pytest.mark.parametrize("script", ["null; var x = [{}];", "[{", "[1, 2];", '"text";'])
def test_an_unreadable_chart_is_reported_and_the_sessions_are_kept(script: str) -> None:
    found = payload(f"<script>var data = {script}</script>")
    assert "laps_by_class" not in found
    assert len(found["sessions"]) == 1
    assert found["unreadable_rows"] == [{"row": script, "reason": "the script's data is no array of objects"}]


def test_the_overall_fastest_lap_has_driver_and_class() -> None:
    cell = '<a href="/practice/?p=view_session&id=7">23.423</a> (<small>Ana Ruiz</small>)<br /><small>4WD (Mod)</small>'
    assert leaderboard({"Overall Fastest": cell}) == [
        {"label": "Overall Fastest", "session_id": "7", "time": "23.423", "driver": "Ana Ruiz", "class": "4WD (Mod)"}
    ]


def test_the_fastest_lap_of_a_class_has_the_driver() -> None:
    cell = '<a href="/practice/?id=8&p=view_session">23.704</a> <small>(Bo Lind)</small>'
    assert leaderboard({"4WD (Mod)": cell}) == [
        {"label": "4WD (Mod)", "session_id": "8", "time": "23.704", "driver": "Bo Lind"}
    ]


@pytest.mark.parametrize(
    ("cell", "driver"),
    [
        ('<a href="?id=1">1</a> (<small>(Bo)</small>)', "(Bo)"),
        ('<a href="?id=1">1</a> <small>((Bo))</small>', "(Bo)"),
        ('<a href="?id=1">1</a> <small>(Bo (Jr))</small>', "Bo (Jr)"),
        ('<a href="?id=1">1</a> <small>Bo (Jr)</small>', "Bo (Jr)"),
    ],
)
def test_brackets_within_a_name_are_kept(cell: str, driver: str) -> None:
    assert leaderboard({"1/10 Open": cell})[0]["driver"] == driver


def test_a_row_without_a_lap_has_only_its_label() -> None:
    assert leaderboard({"Overall Fastest": "&nbsp;"}) == [{"label": "Overall Fastest"}]


def test_panels_in_one_box_have_their_own_rows_only() -> None:
    tables = "".join(
        f'<div class="panel-heading">Practice {name} for {DAY}</div>{labelled_table(cells)}'
        for name, cells in (
            ("Stats", {"Total Laps": "1,100"}),
            ("Leaderboard", {"Overall Fastest": '<a href="?id=1">20.000</a>'}),
        )
    )
    found = payload(f"<div>{tables}</div>")
    assert found["stats"] == {"total_laps": "1,100"}
    assert found["leaderboard"] == [{"label": "Overall Fastest", "time": "20.000", "session_id": "1"}]


def test_a_lap_without_a_link_is_kept_with_all_text_of_its_cell() -> None:
    assert leaderboard({"1/10 Open": "23.704 <small>(Bo Lind)</small>"}) == [
        {"label": "1/10 Open", "time": "23.704 (Bo Lind)", "driver": "Bo Lind"}
    ]


def test_a_list_without_panels_has_none_of_their_keys() -> None:
    assert payload("").keys() == {"track_name", "date_heading", "sessions"}
