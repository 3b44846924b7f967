"""The table names missed targets with amount and reason, and is written between the marks of the document."""

from pathlib import Path

import pytest

from bench.__main__ import COMPARISON, DOCUMENT, PARTS
from bench.table import Line, Target, as_markdown, marks, record

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
def test_a_target_has_a_verdict(target: Target, verdict: str) -> None:
    assert target.verdict == verdict


def test_markdown_has_a_row_per_line_and_escaped_bars() -> None:
    markdown = as_markdown([Line("a|b", "1", "2", "0.5", [REACHED, TOO_MUCH])]).splitlines()
    assert markdown[0].count("|") == 7
    assert markdown[2] == r"| a\|b | 1 | 2 | 0.5 | ≥ 20 ×; ≤ 200 MB | reached; missed by 25% |"
    assert len(markdown) == 3


def test_a_table_replaces_the_previous_table_of_the_same_part(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    (begin, end), others = marks("crawl"), "\n".join(marks("pages"))
    document.write_text(f"before\n{begin}\n{end}\n{others}\nafter\n")
    record(document, "crawl", r"first \1")
    record(document, "crawl", r"second \1")
    assert document.read_text() == f"before\n{begin}\n\nsecond \\1\n\n{end}\n{others}\nafter\n"


def test_a_document_without_marks_stays_unchanged(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    begin, end = marks("crawl")
    document.write_text(f"{end} {begin} {begin}")
    with pytest.raises(ValueError, match="needs one line"):
        record(document, "crawl", "table")
    assert document.read_text() == f"{end} {begin} {begin}"


@pytest.mark.parametrize("part", [*PARTS, COMPARISON])
def test_the_document_of_this_project_has_the_marks(part: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [text.count(mark) for mark in marks(part)] == [1, 1]
