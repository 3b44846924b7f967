"""`make columns`: what a model holds, without psql."""

import pytest
from rich.console import Console

from scraper.__main__ import main
from scraper.transform.model_docs import model_docs


def test_every_model_is_listed_with_its_grain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["columns"]) == 0
    listed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()[1:-2])
    assert listed["analytics.sessions"].strip() == "session that is on its day's list"
    assert listed["racing.laps"].strip() == "result and lap number"
    assert all(model.grain for model in model_docs())


def test_the_columns_of_models_have_types_and_meanings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["columns", "--model", "laps, analytics.stints"]) == 0
    output = capsys.readouterr().out
    (column,) = [line for line in output.splitlines() if line.startswith("pause_seconds ")]
    assert column.split(maxsplit=2) == [
        "pause_seconds",
        "integer",
        "Sum of the pauses between the sessions in seconds." + " " * (len(column) - len(column.rstrip())),
    ]
    assert "racing.laps: Laps of captured sessions" in output


def test_names_and_types_are_whole_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.commands.columns.plain_console", lambda: Console(width=80))
    assert main(["columns", "--model", "lap_flags"]) == 0
    output = capsys.readouterr().out
    assert [line.split()[:2] for line in output.splitlines() if line.startswith("race_result_id ")] == [
        ["race_result_id", "uuid"]
    ]
    assert "…" not in output


def test_every_column_has_a_type_and_a_meaning() -> None:
    columns = [(model.name, column) for model in model_docs() for column in model.columns]
    assert [name for name, column in columns if not column.data_type or not column.description] == []
    assert [name for name, column in columns if "{{" in column.description] == []


def test_an_unknown_model_is_named_with_similar_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["columns", "--model", "session"]) == 2
    assert "columns: there is no model session: did you mean sessions" in capsys.readouterr().err
