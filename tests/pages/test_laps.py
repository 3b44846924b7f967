"""The laps of a session page, joined from its list and its script."""

import pytest

from scraper.pages import SessionPage
from tests.pages.markup import LAP_1, LAP_2, SPANS, session_page


def read(spans: str | None = SPANS, laps_obj: str | None = f"[{LAP_1},{LAP_2}]") -> SessionPage:
    return SessionPage(session_page(spans=spans, laps_obj=laps_obj))


def test_a_lap_has_the_values_of_the_script_and_the_label_of_the_list() -> None:
    assert read().laps == [
        {
            "x": "1",
            "lap_time": "42.996",
            "date": "2025-10-25",
            "time": "14:44:10",
            "date_time_display": "10/25/2025 2:44:10pm",
            "time_display": "2:44:10pm",
            "is_valid": "1",
            "label": "Lap 1: 42.996",
        },
        {
            "x": "2",
            "lap_time": "17.298",
            "date": "2025-10-25",
            "time": "14:44:27",
            "date_time_display": "10/25/2025 2:44:27pm",
            "time_display": "2:44:27pm",
            "is_valid": "0",
            "label": "Lap 2: 17.298*",
        },
    ]


@pytest.mark.parametrize("spans", [None, "", "<div></div>"])
def test_laps_without_a_list_have_no_label(spans: str | None) -> None:
    page = read(spans=spans)
    assert [lap["lap_time"] for lap in page.laps] == ["42.996", "17.298"]
    assert not any("label" in lap for lap in page.laps)
    assert page.fast_lap is None


@pytest.mark.parametrize("laps_obj", [None, "[]"])
def test_laps_without_a_script_have_a_label_and_a_number(laps_obj: str | None) -> None:
    assert read(laps_obj=laps_obj).laps == [
        {"x": "1", "label": "Lap 1: 42.996"},
        {"x": "2", "label": "Lap 2: 17.298*"},
    ]


def test_script_and_list_are_joined_by_lap_number() -> None:
    page = read(laps_obj=f"[{LAP_2}]")
    assert page.laps[0] == {"x": "1", "label": "Lap 1: 42.996"}
    assert (page.laps[1]["lap_time"], page.laps[1]["label"]) == ("17.298", "Lap 2: 17.298*")


@pytest.mark.parametrize("number", ["1,001", "1.001", "1 001", "1001"])
def test_laps_are_joined_and_in_order_whatever_separates_the_thousands(number: str) -> None:
    spans = f"<div><span>Lap {number}: 17.298</span></div><div><span>Lap 999: 18.000</span></div>"
    page = read(spans=spans, laps_obj='[{"x":"1001","lap_time":"17.298"}]')
    assert page.laps == [
        {"x": "999", "label": "Lap 999: 18.000"},
        {"x": "1001", "lap_time": "17.298", "label": f"Lap {number}: 17.298"},
    ]


def test_two_laps_with_the_same_number_are_both_kept() -> None:
    page = read(spans="<span>Lap 1: 42.996</span><span>Lap 1: 50.000</span>", laps_obj=f"[{LAP_1},{LAP_1}]")
    assert [lap["label"] for lap in page.laps] == ["Lap 1: 42.996", "Lap 1: 50.000"]
    assert [lap["x"] for lap in page.laps] == ["1", "1"]


def test_numbers_in_a_script_with_unquoted_keys_keep_their_notation() -> None:
    page = read(spans="", laps_obj="[{x: 1, lap_time: 42.990, is_valid: true, date: null},{x: 2}]")
    assert page.laps == [{"x": "1", "lap_time": "42.990", "is_valid": "true", "date": ""}, {"x": "2"}]


def test_the_fast_lap_is_the_one_with_the_css_class() -> None:
    page = read(spans='<span>Lap 1: 42.996</span><span class="big fast_lap">\n Lap 2:  17.298* </span>')
    assert page.fast_lap == "Lap 2: 17.298*"


@pytest.mark.parametrize("text", ["no laps yet", "Lap one: 42.996", "Lap 3", "lap 3: 4", "Lap 1234567: 4", ""])
def test_a_span_without_a_lap_number_is_reported(text: str) -> None:
    payload = read(spans=f"{SPANS}<div><span>{text}</span></div>").payload()
    assert len(payload["laps"]) == 2
    assert payload["unreadable_rows"] == [{"row": text, "reason": "no lap number"}]


def test_spans_outside_the_list_are_ignored() -> None:
    html = session_page(spans=SPANS).replace("</body>", "<span>Lap 3: 9.000</span></body>")
    assert len(SessionPage(html).laps) == 2


@pytest.mark.parametrize("number", ["", "one", "-1", "1.0", "12345678"])
def test_a_lap_of_the_script_without_a_number_is_reported(number: str) -> None:
    page = read(laps_obj=f'[{LAP_1},{LAP_2},{{"x":"{number}","lap_time":"9.000"}}]')
    assert len(page.laps) == 2
    assert page.unreadable_rows == [{"row": f'{{"x": "{number}", "lap_time": "9.000"}}', "reason": "no lap number"}]


@pytest.mark.parametrize(
    "laps_obj", ["null; var other = [{}]", "[{'x':", "[1, 2]", "[" * 99_999 + "]" * 99_999, "undefined"]
)
def test_an_unreadable_script_is_reported_and_the_labels_are_kept(laps_obj: str) -> None:
    page = read(laps_obj=laps_obj)
    assert [lap["label"] for lap in page.laps] == ["Lap 1: 42.996", "Lap 2: 17.298*"]
    (unreadable,) = page.unreadable_rows
    assert unreadable["reason"] == "the script's lapsObj is no array of objects"
    assert len(unreadable["row"]) <= 500
