"""Text of cells: walking through elements gives the same as XPath."""

from hypothesis import example, given
from hypothesis import strategies as st
from lxml.etree import HTMLParser, fromstring

from scraper.pages.cells import Element, has_class, lines_of, text_of
from scraper.pages.html_tables import labelled_cells
from scraper.pages.laps import read_laps

PIECES = st.sampled_from([
    "a", " ", "\n", "&nbsp;", "&amp;", "é", "<br>", "<b>b</b>", "<b>", "</b>", "<!-- c -->", "<script>s</script>",
    "<style>t</style>", "<?pi p>", "<i><b>", "</i>", "<small>x<br>y</small>", "<div>", "</div>", "<br />(z)",
])  # fmt: skip


def parsed(inside: str) -> Element:
    body: Element = fromstring(f"<html><body><div id='it'>{inside}</div></body></html>", HTMLParser()).find(".//div")
    return body


@given(st.lists(PIECES, max_size=8).map("".join))
@example("a<br><!-- c -->b<script>s</script>c")
@example("<b>b<br>c</b>d<br>e")
def test_lines_consist_of_all_text_nodes_split_at_breaks(inside: str) -> None:
    element = parsed(inside)
    lines = [""]
    for part in element.xpath("descendant::text()[not(parent::script)] | descendant::br"):
        if isinstance(part, str):
            lines[-1] += part
        else:
            lines.append("")
    assert lines_of(element) == [" ".join(line.split()) for line in lines]
    assert text_of(element) == " ".join(" ".join(lines).split())


def test_class_names_are_separated_by_html_white_space_only() -> None:
    yes, no = ["it", "a it", "\tit\nb "], ["", "its", "a\xa0it", "it-", "a,it"]
    assert [has_class("it", parsed(f"<p class='{names}'>")[0]) for names in yes + no] == [True] * 3 + [False] * 5


def test_a_nested_cell_has_the_label_of_its_own_heading() -> None:
    table = parsed("<table><tr><th>Outer</th><td>x<table><tr><th>Inner</th><!-- c --><td>y</td></tr></table></td></tr>")
    outer = next(table.iter("td"))
    assert [(label, text_of(cell)) for label, cell in labelled_cells(outer)] == [("Inner", "y")]


def test_the_laps_of_a_nested_list_are_read_once() -> None:
    shown = "<div class='laps_list'><div class='laps_list'><span>Lap 1: 30.0</span></div></div>"
    assert read_laps(parsed(shown)).laps == [{"x": "1", "label": "Lap 1: 30.0"}]
