"""Session pages: payload, optional and unknown rows, and pages that are rejected."""

import pytest

from scraper.pages import PageError, PageErrorKind, SessionPage
from tests.pages.markup import (
    LAP_1,
    SESSION_CELLS,
    SPANS,
    day_list_page,
    labelled_table,
    month_page,
    panel,
    session_page,
    without,
)


def test_the_payload_has_all_fields_of_the_session() -> None:
    payload = SessionPage(session_page()).payload()
    laps = payload.pop("laps")
    assert [lap["label"] for lap in laps] == ["Lap 1: 42.996", "Lap 2: 17.298*"]
    assert payload == {
        "track_name": "Sandy Creek",
        "driver": "Ana Ruiz",
        "class": "1/10 Open",
        "transponder": "9000013",
        "date": "October 25, 2025 (Saturday)",
        "start": "2:43:27pm",
        "end": "2:50:17pm",
        "length": "3:49",
        "num_laps": "2",
        "fastest_lap": "42.996",
        "top_3_consec": "133.270",
        "avg": "45.815",
        "top_5": "45.815",
        "top_10": "",
        "top_15": "",
        "std_deviation": "2.430",
        "consistency": "94.695%",
        "valid_lap_range": "20 to 1:10",
        "fast_lap": "Lap 1: 42.996",
    }


@pytest.mark.parametrize("label", ["Driver", "Class", "Session Time", "Num Laps"])
def test_a_required_row_that_is_missing_is_a_changed_layout(label: str) -> None:
    with pytest.raises(PageError) as error:
        SessionPage(session_page(without(SESSION_CELLS, label)))
    assert error.value.kind is PageErrorKind.CHANGED_LAYOUT
    assert f'no row "{label}" in the first table.table' in error.value.reason


@pytest.mark.parametrize(
    ("label", "keys"),
    [
        ("Transponder", {"transponder"}),
        ("Fastest Lap", {"fastest_lap"}),
        ("Top 3 Consec", {"top_3_consec"}),
        ("Averages", {"avg", "top_5", "top_10", "top_15", "std_deviation", "consistency"}),
        ("Valid Lap Range", {"valid_lap_range"}),
    ],
)
def test_an_optional_row_that_is_missing_has_no_keys_in_the_payload(label: str, keys: set[str]) -> None:
    whole = SessionPage(session_page()).payload()
    expected = {key: value for key, value in whole.items() if key not in keys}
    assert SessionPage(session_page(without(SESSION_CELLS, label))).payload() == expected


@pytest.mark.parametrize("label", ["Transponder", "Class", "Driver", "Fastest Lap"])
@pytest.mark.parametrize("blank", ["", "&nbsp;", " \n\t"])
def test_a_blank_cell_is_an_empty_text(label: str, blank: str) -> None:
    facts = SessionPage(session_page(SESSION_CELLS | {label: blank})).facts
    assert facts[label.lower().replace(" ", "_")] == ""


def test_rows_may_be_in_any_order() -> None:
    backwards = dict(reversed(SESSION_CELLS.items()))
    assert SessionPage(session_page(backwards)).payload() == SessionPage(session_page()).payload()


def test_a_missing_line_has_no_key_in_the_payload() -> None:
    page = SessionPage(session_page(SESSION_CELLS | {"Session Time": "Date: October 25, 2025<br />Start: 2:43:27pm"}))
    assert page.session_time == {"date": "October 25, 2025", "start": "2:43:27pm"}


def test_unknown_labels_are_kept_as_other_fields() -> None:
    cells = SESSION_CELLS | {
        "Weather": "sunny<br />dry",
        "Averages": "Avg: 45.815<br />Top 50: 47.1",
        "Session Time": "Start: 2:43:27pm<br />Zone: AEST",
    }
    page = SessionPage(session_page(cells))
    assert page.payload()["other_fields"] == {"Weather": "sunny dry", "Top 50": "47.1", "Zone": "AEST"}
    assert page.averages == {"avg": "45.815"}
    assert page.session_time == {"start": "2:43:27pm"}


def test_lines_without_a_label_are_kept_as_other_fields() -> None:
    page = SessionPage(session_page(SESSION_CELLS | {"Averages": "45.815<br />Top 5: 45.815"}))
    assert page.averages == {"top_5": "45.815"}
    assert page.other_fields == {"Averages": "45.815 Top 5: 45.815"}


@pytest.mark.parametrize("cell", ["20 to 1:10", "<small>a note</small>20 to 1:10", "20 to 1:10<br /><small></small>"])
def test_the_note_on_the_valid_lap_range_is_left_out(cell: str) -> None:
    facts = SessionPage(session_page(SESSION_CELLS | {"Valid Lap Range": cell})).facts
    assert facts["valid_lap_range"] == "20 to 1:10"


def test_only_the_first_table_describes_the_session() -> None:
    other = SESSION_CELLS | {"Driver": "Someone Else"}
    html = session_page(spans=f"{SPANS}{panel('Before', labelled_table(other))}")
    assert SessionPage(html).facts["driver"] == "Ana Ruiz"


@pytest.mark.parametrize("html", [month_page(), day_list_page()])
def test_other_kinds_of_page_are_rejected(html: str) -> None:
    with pytest.raises(PageError, match='the page calls itself "Practice Sessions"') as error:
        SessionPage(html)
    assert error.value.kind is PageErrorKind.CHANGED_LAYOUT


def test_fewer_laps_than_counted_are_a_contradiction() -> None:
    page = SessionPage(session_page(spans=None, laps_obj=f"[{LAP_1}]"))
    with pytest.raises(PageError, match="shows 1 laps, but Num Laps is 2"):
        page.payload()


@pytest.mark.parametrize("counted", ["1,200", "1.200", "1 200"])
def test_fewer_laps_than_thousands_are_a_contradiction(counted: str) -> None:
    page = SessionPage(session_page(SESSION_CELLS | {"Num Laps": counted}))
    with pytest.raises(PageError, match=f"shows 2 laps, but Num Laps is {counted}"):
        page.payload()


def test_no_laps_although_some_are_counted_is_a_contradiction() -> None:
    page = SessionPage(session_page(spans=None, laps_obj=None))
    with pytest.raises(PageError, match="shows 0 laps, but Num Laps is 2") as error:
        page.payload()
    assert error.value.kind is PageErrorKind.CONTRADICTION


@pytest.mark.parametrize(("spans", "laps_obj"), [(None, None), ("", "[]")])
def test_a_session_without_laps_has_an_empty_list_of_laps(spans: str | None, laps_obj: str | None) -> None:
    html = session_page(SESSION_CELLS | {"Num Laps": "0"}, spans=spans, laps_obj=laps_obj)
    payload = SessionPage(html).payload()
    assert payload["laps"] == []
    assert "fast_lap" not in payload


def test_a_session_without_a_transponder_has_its_laps() -> None:
    assert len(SessionPage(session_page(SESSION_CELLS | {"Transponder": ""}, spans=SPANS)).laps) == 2
