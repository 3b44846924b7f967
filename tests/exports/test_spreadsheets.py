"""CSV files for a spreadsheet: the rows that were asked for, and no cell that a spreadsheet would calculate."""

import csv
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from scraper.errors import CannotWork, UsageError
from scraper.exports.spreadsheets import cell
from tests.exports.conftest import DAYS
from tests.support.commands_runner import Commands

Export = Callable[[Path], int]
Rows = list[dict[str, str]]
FILES = ("laps", "sessions", "leaderboards")
ID = re.compile(r"PERSON=([0-9a-f-]{36})")


@pytest.fixture
def exported(export_to: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Rows]]:
    """The rows of the three files of an export with these settings."""

    def export(named: str | None = None, **settings: str) -> dict[str, Rows]:
        for name in ("TRACK", "DATE", "FROM", "TO", "PERSON"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"FORMAT": "csv", **settings}.items():
            monkeypatch.setenv(name, value)
        assert export_to(tmp_path) == 0
        (folder,) = (tmp_path / "csv").iterdir()
        assert named in (None, folder.name)
        rows = {}
        for name in FILES:
            file = folder / f"{name}.csv"
            assert file.read_bytes().startswith(b"\xef\xbb\xbf")
            rows[name] = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines(keepends=True)))
            file.unlink()
        folder.rmdir()
        return rows

    return export


def test_a_day_has_its_sessions_laps_and_leaderboards(exported: Callable[..., dict[str, Rows]]) -> None:
    rows = exported(f"north_{DAYS[1]}", TRACK="North", DATE=str(DAYS[1]))
    assert {(row["track_slug"], row["practice_date"]) for name in FILES for row in rows[name]} == {
        ("north", str(DAYS[1]))
    }
    assert len(rows["sessions"]) == 3
    laps = [(row["lap_number"], row["lap_time_seconds"], row["is_valid"]) for row in rows["laps"]]
    assert laps == [("1", "35.000", "true"), ("2", "40.000", "false")] * 3
    assert {row["start_time"] for row in rows["sessions"]} == {f"{DAYS[1]} 14:43:27"}
    assert {row["best_lap"] for row in rows["leaderboards"]} == {"35.000"}


def test_a_lap_that_is_left_out_has_its_reason(exported: Callable[..., dict[str, Rows]], warehouse: Commands) -> None:
    with psycopg.connect(warehouse.database.conninfo, autocommit=True) as connection:
        connection.execute("""
            insert into intermediate.int_sessions__left_out_laps (event_id, race_result_id, lap_number, reason)
            select races.event_id, race_results.id, 1, '=cut the hairpin'
            from racing.races inner join racing.race_results on races.id = race_results.race_id
            where races.source_race_id = '11'
        """)
        try:
            rows = exported(TRACK="north", DATE=str(DAYS[1]))
        finally:
            connection.execute("truncate intermediate.int_sessions__left_out_laps")
    reasons = [(row["session_id"], row["lap_number"], row["left_out"]) for row in rows["laps"] if row["left_out"]]
    assert reasons == [("11", "1", "'=cut the hairpin")]
    assert "11" not in {row["session_id"] for row in rows["leaderboards"]}


def test_everything_is_exported_without_a_selection(exported: Callable[..., dict[str, Rows]]) -> None:
    rows = exported()
    assert {row["track_slug"] for row in rows["laps"]} == {"north", "south"}
    assert len(rows["sessions"]) == 12


def test_a_person_has_own_laps_and_the_leaderboards_of_own_classes(exported: Callable[..., dict[str, Rows]]) -> None:
    rows = exported(TRACK="north", PERSON="RUIZ,  ana")
    assert {row["racer_name"] for name in ("laps", "sessions") for row in rows[name]} == {"Ana Ruiz"}
    assert len(rows["sessions"]) == len(DAYS)
    assert len({row["racer_name"] for row in rows["leaderboards"]}) > 1
    (racer,) = {row["racer_id"] for row in rows["sessions"]}
    assert exported(TRACK="north", PERSON=racer) == rows


def test_a_name_of_two_people_is_refused_with_their_ids(exported: Callable[..., dict[str, Rows]]) -> None:
    with pytest.raises(UsageError, match="PERSON=Ana Ruiz is the name of 2 people: give the id of one") as problem:
        exported(PERSON="Ana Ruiz")
    one, other = ID.findall(str(problem.value))
    assert len(exported(PERSON=one)["sessions"]) == len(exported(PERSON=other)["sessions"]) == len(DAYS)


def test_an_unknown_person_is_named_with_similar_ones(exported: Callable[..., dict[str, Rows]]) -> None:
    with pytest.raises(UsageError, match="nobody is named ruiz at north: give another name, or an id") as problem:
        exported(PERSON="ruiz", TRACK="north")
    assert len(ID.findall(str(problem.value))) == 1
    with pytest.raises(UsageError, match="nobody is named Zoe: write first and last name, in any order"):
        exported(PERSON="Zoe")
    with pytest.raises(UsageError, match="is no racer_id of analytics.sessions"):
        exported(PERSON="00000000-0000-0000-0000-000000000000")
    with pytest.raises(UsageError, match="PERSON=Ana Ruiz narrows CSV files only: add FORMAT=csv"):
        exported(PERSON="Ana Ruiz", FORMAT="parquet")


def test_a_folder_that_cannot_be_written_is_named(exported: Callable[..., dict[str, Rows]], tmp_path: Path) -> None:
    (tmp_path / "csv").write_text("a file")
    with pytest.raises(CannotWork, match="cannot write to .*: free space there, or name another folder"):
        exported()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+44", "'+44"),
        ("-2", "'-2"),
        ("@sum(a1)", "'@sum(a1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("Ana = Bo", "Ana = Bo"),
        ("Þór", "Þór"),
        (Decimal("-0.250"), "-0.250"),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
        (None, ""),
        (0, "0"),
        (date(2025, 10, 25), "2025-10-25"),
        (datetime.fromisoformat("2025-10-25T14:03:00"), "2025-10-25 14:03:00"),
    ],
)
def test_a_cell_is_plain_text_and_never_a_formula(value: object, text: str) -> None:
    assert cell(value) == text
