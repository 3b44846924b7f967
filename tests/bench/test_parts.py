"""The lines that a part has measured are kept when another part fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.table import Line, marks
from scraper.config import REPOSITORY


def one_line(*_: object) -> Iterator[Line]:
    yield Line("measured", "1", "2")


def fails(*_: object) -> Iterator[Line]:
    yield Line("before the failure", "1", "2")
    raise OSError("no disk")


def interrupted(*_: object) -> Iterator[Line]:
    yield Line("before Ctrl-C", "1", "2")
    raise KeyboardInterrupt


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replace the parts, and the document that their tables are written into."""
    parts = {"broken": fails, "whole": one_line, "stopped": interrupted}
    document = tmp_path / "performance.md"
    document.write_text("\n".join(mark for part in parts for mark in marks(part)))
    monkeypatch.setattr(bench, "PARTS", parts)
    monkeypatch.setattr(bench, "DOCUMENT", document)
    monkeypatch.setenv("BENCH_RECORD", "1")
    return document


def test_the_other_parts_run_when_one_fails(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ONLY", "broken whole")
    assert bench.main() == 1
    output = capsys.readouterr()
    assert "bench: broken failed: OSError: no disk" in output.err
    table = output.out.partition("make bench")[2]
    assert "before the failure" in table
    assert "measured" in table
    recorded = document.read_text()
    assert "before the failure" not in recorded
    assert 'make bench BENCH_ONLY="whole"' in recorded
    assert "| measured | 1 | 2 |" in recorded


def test_lines_measured_before_ctrl_c_are_printed_and_recorded(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ONLY", "whole stopped")
    assert bench.main() == 130
    table = capsys.readouterr().out.partition("make bench")[2]
    assert "measured" in table
    assert "before Ctrl-C" in table
    assert "| measured | 1 | 2 |" in document.read_text()


def test_a_comparison_has_parts_and_a_table_of_its_own(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document.write_text("\n".join(marks(bench.COMPARISON)))
    monkeypatch.setattr(bench, "COMPARISON_PARTS", {"first": one_line, "second": one_line})
    monkeypatch.setenv("BENCH_AGAINST", str(REPOSITORY))
    assert bench.main() == 0
    recorded = document.read_text()
    assert recorded.count("| measured | 1 | 2 |") == 2
    assert str(REPOSITORY) not in recorded
