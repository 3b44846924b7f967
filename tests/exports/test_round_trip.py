"""The sample season, exported and read back: every table, every cell, every type."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import dataset

from tests.exports.exported import exported_rows, relations, stored_rows
from tests.support.commands_runner import Commands
from tests.support.derived_season import SEASON


@pytest.fixture(scope="module")
def folder(derived_season: Commands, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "new"
    derived_season.succeed("export", EXPORT_FOLDER=str(folder))
    return folder


def test_every_cell_of_every_table_is_in_the_files(derived_season: Commands, folder: Path) -> None:
    tables = relations(derived_season.database)
    assert {("racing", "laps"), ("analytics", "sessions"), ("analytics", "person_candidates")} <= tables.keys()
    for (schema, name), json_columns in tables.items():
        stored = stored_rows(derived_season.database, schema, name)
        assert bool(stored) == (name != "left_out_laps"), name  # no lap of the season is left out
        assert exported_rows(folder, schema, name, json_columns) == stored, name


def test_tables_with_days_have_a_file_for_each(folder: Path) -> None:
    days = {f"track={day.track.slug}/date={day.date}" for day in SEASON.days()}
    for name in ("racing/laps", "racing/events", "analytics/sessions", "analytics/lap_flags"):
        files = (folder / name).rglob("*.parquet")
        assert {str(file.parent.relative_to(folder / name)) for file in files} == days
    for name in ("racing/tracks", "racing/drivers", "analytics/people", "analytics/track_activity"):
        assert [file.name for file in (folder / name).rglob("*.parquet")] == ["part-0.parquet"]


def test_types_are_exact(folder: Path) -> None:
    types = {
        "racing/laps": {
            "race_result_id": pa.string(),
            "lap_number": pa.int32(),
            "lap_time_seconds": pa.decimal128(12, 3),
            "is_valid": pa.bool_(),
            "finished_at": pa.timestamp("us"),
        },
        "racing/events": {
            "event_date": pa.date32(),
            "updated_at": pa.timestamp("us", "UTC"),
            "event_metadata": pa.string(),
        },
        "analytics/stints": {"session_ids": pa.list_(pa.string())},
        "analytics/day_reconciliation": {
            "site_first_start": pa.time64("us"),
            "first_start_difference": pa.decimal128(18, 6),
        },
        "analytics/sessions": {"average_lap": pa.decimal128(12, 3)},
    }
    for table, expected in types.items():
        schema = dataset.dataset(folder / table, format="parquet", partitioning="hive").schema
        assert {name: schema.field(name).type for name in expected} == expected


def test_a_second_export_writes_nothing(derived_season: Commands, folder: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*.parquet")}
    assert "Export: 0 files written, 0 removed" in derived_season.succeed("export", EXPORT_FOLDER=str(folder))
    # An export that reads every day again writes nothing either.
    assert "Export: 0 files written, 0 removed" in derived_season.succeed("export", EXPORT_FOLDER=str(folder), FULL="1")
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*.parquet")} == before


def test_a_selected_day_is_the_only_one_exported(derived_season: Commands, tmp_path: Path) -> None:
    day = next(iter(SEASON.days()))
    output = derived_season.succeed("export", EXPORT_FOLDER=str(tmp_path), TRACK=day.track.slug, DATE=str(day.date))
    [laps] = (tmp_path / "racing" / "laps").rglob("*.parquet")
    assert laps.parent.relative_to(tmp_path / "racing" / "laps") == Path(f"track={day.track.slug}/date={day.date}")
    assert json.loads((tmp_path / "racing" / "laps" / "_state.json").read_text())["files"]
    assert "racing.laps" in output
    refused = derived_season.run("export", EXPORT_FOLDER=str(tmp_path), TRACK="nowhere")
    assert refused.returncode == 1
    assert "no practice day matches TRACK, DATE, FROM and TO: there are days from 2025-08-23" in refused.stderr
