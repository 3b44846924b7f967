"""Pages with any text: names are kept, truncated pages are rejected, and PageError is the only error."""

from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.pages import DayListPage, MonthPage, PageError, PageErrorKind, SessionPage
from tests.pages.markup import (
    NO_SESSIONS,
    SESSION_CELLS,
    SPANS,
    day_list_page,
    list_row,
    list_table,
    month_page,
    page,
    panel,
    session_page,
)

READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "month": lambda html: MonthPage(html, month="2025-10").payload(),
    "list": lambda html: DayListPage(html, date="2025-10-25").payload(),
    "session": lambda html: SessionPage(html).payload(),
}
WHOLE_PAGES = {
    "month": month_page(),
    "list": day_list_page(list_table([list_row(number) for number in range(5)])),
    "session": session_page(),
}
each_kind_of_page = pytest.mark.parametrize("kind", READERS)

# Control characters and lone surrogates cannot be in HTML.
names = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


def payload_or_error(kind: str, html: str) -> dict[str, Any] | PageError:
    try:
        return READERS[kind](html)
    except PageError as error:
        return error


@given(driver=names, small=names)
@example(driver='<b>O\'Neil & "Sons"</b>', small="</small><script>alert(1)</script> (1)")
@example(driver="&amp; &lt;i&gt; &#65;", small="Ünïcödé 🏎️ (7)")
@example(driver="\u202eדנה לוי\u202c \u200fא", small="e\u0301\u200b\ufeff")
def test_names_in_a_list_are_kept(driver: str, small: str) -> None:
    (session,) = READERS["list"](day_list_page(list_table([list_row(driver=driver, small=small)])))["sessions"]
    assert session["driver"] == " ".join(driver.split())
    assert session["class_and_transponder"] == " ".join(small.split())


@given(driver=names, class_name=names)
@example(driver='<b>O\'Neil & "Sons"</b>', class_name="4WD: Mod <= 7.4V")
def test_names_on_a_session_page_are_kept(driver: str, class_name: str) -> None:
    cells = SESSION_CELLS | {"Driver": escape(driver), "Class": escape(class_name)}
    payload = READERS["session"](session_page(cells))
    assert payload["driver"] == " ".join(driver.split())
    assert payload["class"] == " ".join(class_name.split())


@each_kind_of_page
@given(data=st.data())
def test_a_truncated_page_is_rejected_or_read_whole(kind: str, data: st.DataObject) -> None:
    whole = WHOLE_PAGES[kind]
    anywhere, in_the_content = (st.integers(start, len(whole) - 1) for start in (0, whole.index("page-wrapper")))
    cut = data.draw(anywhere | in_the_content)
    outcome = payload_or_error(kind, whole[:cut])
    if isinstance(outcome, PageError):
        assert outcome.kind in {PageErrorKind.EMPTY, PageErrorKind.NOT_LIVERC, PageErrorKind.TRUNCATED}
    else:
        assert outcome == READERS[kind](whole)


@each_kind_of_page
@given(body=st.binary())
@example(body=b"<html>\xff\xfe\x00</html>")
@example(body=b"<?xml version='1.0' encoding='utf-16'?><html></html>")
def test_random_bytes_are_rejected(kind: str, body: bytes) -> None:
    with pytest.raises(PageError):
        READERS[kind](body.decode(errors="replace"))


FRAGMENTS = [
    "<table class='table practice_session_list'>", "</table>", "<thead>", "</thead>", "<tbody>", "</tbody>",
    "<tr>", "</tr>", "<th>", "<td>", "<a href='?p=view_session&id=1'>", "<a href='?p=session_list&d=2025-10-25'>",
    "</a>", "<small>", "<br />", "<div class='hidden'>", "</div>", "<div class='panel-heading'>", "<div class='panel'>",
    "Driver", "Class", "Session Time", "Num Laps", "Averages", "Time", "Laps", "Fast", "Date", "# Sessions", "<!--",
    "<div class='laps_list'><span>Lap 1: 3</span>", "<script>", "</script>", "var lapsObj = [", "var data = [", "{x: ",
    "-->", "1", "}", "]", "[", "'", '"', ";", "<select id='available_session_months'><option value>", NO_SESSIONS,
    SPANS, panel("Practice Sessions on October 25, 2025", "<i>"), panel("Practice Dates for October 2025", "<i>"),
    panel("Practice Stats for", "<i>"), panel("Practice Leaderboard for", "<i>"), list_row(), list_table([list_row()]),
]  # fmt: skip


@each_kind_of_page
@given(content=st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=5)), max_size=40).map("".join))
@example(content="<script>var lapsObj = " + "[" * 100_000)
@example(content="<div>" * 5_000)
def test_a_page_of_random_fragments_is_read_or_rejected(kind: str, content: str) -> None:
    outcome = payload_or_error(kind, page(content, h5="October 25, 2025 (Saturday)"))
    assert outcome.reason if isinstance(outcome, PageError) else outcome["track_name"] == "Sandy Creek"
