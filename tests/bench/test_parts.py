"""What one part of make bench measured outlives the failure of another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.table import Line, marks


def one_line(*_: object) -> Iterator[Line]:
    yield Line("measured", "1", "2")


def fails(*_: object) -> Iterator[Line]:
    yield Line("half-way", "1", "2")
    raise OSError("no disk")


def interrupted(*_: object) -> Iterator[Line]:
    yield Line("until then", "1", "2")
    raise KeyboardInterrupt


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Parts in place of the real ones, and the document that they are recorded in."""
    parts = {"broken": fails, "whole": one_line, "stopped": interrupted}
    document = tmp_path / "performance.md"
    document.write_text("\n".join(mark for part in parts for mark in marks(part)))
    monkeypatch.setattr(bench, "PARTS", parts)
    monkeypatch.setattr(bench, "DOCUMENT", document)
    monkeypatch.setenv("BENCH_RECORD", "1")
    return document


def test_a_part_that_fails_costs_no_other(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ONLY", "broken whole")
    assert bench.main() == 1
    said = capsys.readouterr()
    assert "bench: broken failed: OSError: no disk" in said.err
    table = said.out.partition("make bench")[2]
    assert "half-way" in table
    assert "measured" in table
    recorded = document.read_text()
    assert "half-way" not in recorded
    assert 'make bench BENCH_ONLY="whole"' in recorded
    assert "| measured | 1 | 2 |" in recorded


def test_what_was_measured_before_ctrl_c_is_printed_and_recorded(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_ONLY", "whole stopped")
    assert bench.main() == 130
    table = capsys.readouterr().out.partition("make bench")[2]
    assert "measured" in table
    assert "until then" in table
    assert "| measured | 1 | 2 |" in document.read_text()
