"""The table says which targets were missed, by how much and why; and it is put where the document wants it."""

from pathlib import Path

import pytest

from bench.__main__ import DOCUMENT
from bench.table import BEGIN, END, Line, Target, as_markdown, record

REACHED = Target(20.0, 20, "≥ 20 ×", "too slow")
MISSED = Target(15.0, 20, "≥ 20 ×", "too slow")
TOO_MUCH = Target(250.0, 200, "≤ 200 MB", is_ceiling=True)


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (REACHED, "reached"),
        (MISSED, "missed by 25%: too slow"),
        (TOO_MUCH, "missed by 25%"),
        (Target(200.0, 200, "≤ 200 MB", is_ceiling=True), "reached"),
    ],
)
def test_a_target_says_whether_it_is_reached(target: Target, verdict: str) -> None:
    assert target.verdict == verdict


def test_markdown_has_a_row_per_line_and_escapes_bars() -> None:
    markdown = as_markdown([Line("a|b", "1", "2", "0.5", [REACHED, TOO_MUCH])]).splitlines()
    assert markdown[0].count("|") == 7
    assert markdown[2] == r"| a\|b | 1 | 2 | 0.5 | ≥ 20 ×; ≤ 200 MB | reached; missed by 25% |"
    assert len(markdown) == 3


def test_a_table_replaces_the_one_before(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    record(document, r"first \1")
    record(document, r"second \1")
    assert document.read_text() == f"before\n{BEGIN}\n\nsecond \\1\n\n{END}\nafter\n"


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"{END} {BEGIN} {BEGIN}")
    with pytest.raises(ValueError, match="needs one line"):
        record(document, "table")
    assert document.read_text() == f"{END} {BEGIN} {BEGIN}"


def test_the_document_of_this_project_has_them() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
