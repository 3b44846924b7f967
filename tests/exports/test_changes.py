"""An export writes whatever has changed in the database or in the folder, and nothing else."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from pyarrow import parquet

from scraper.errors import CannotWork
from tests.dbt_project.raw_pages import DayList, SessionPage, listed, store
from tests.dbt_project.replay import Recording
from tests.exports.exported import assert_equal, files
from tests.support.commands_runner import Commands

Export = Callable[[Path], int]
NORTH_24 = "track=north/date=2025-10-24"
NORTH_25 = "track=north/date=2025-10-25"


@pytest.fixture
def connection(warehouse: Commands) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(warehouse.database.conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path: Path, export_to: Export) -> Path:
    """A current export."""
    export_to(tmp_path)
    return tmp_path


def written(folder: Path, export_to: Export) -> set[str]:
    """The folders whose file another export writes or removes."""
    before = files(folder)
    assert export_to(folder) == 0
    after = files(folder)
    return {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}


def test_any_text_is_exported_unchanged(folder: Path, warehouse: Commands) -> None:
    assert_equal(folder, warehouse.database)
    names = parquet.read_table(folder / "racing" / "race_drivers" / NORTH_24)["display_name"].to_pylist()
    assert [name for name in names if name.startswith('O\'Neil, "Al"')]


def test_a_name_that_looks_like_a_formula_stays_text(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export
) -> None:
    before = connection.execute("select id, display_name from racing.race_drivers order by id").fetchall()
    names = ["=1+1", "@x", "+1", "-1", "\t=1", "\r=1", '=HYPERLINK("https://example.test";"x")']
    changed = [(name, row_id) for name, (row_id, _) in zip(names, before, strict=False)]
    with connection.cursor() as cursor:
        cursor.executemany("update racing.race_drivers set display_name = %s where id = %s", changed)
        export_to(folder)
        assert_equal(folder, warehouse.database)
        files = parquet.read_table(folder / "racing" / "race_drivers")
        assert set(names) <= set(files["display_name"].to_pylist())
        restored = [(name, row_id) for row_id, name in before]
        cursor.executemany("update racing.race_drivers set display_name = %s where id = %s", restored)


def test_a_changed_lap_rewrites_the_files_of_its_day_only(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export
) -> None:
    # Changed by hand, so that no `updated_at` shows it.
    connection.execute("""
        update racing.laps set is_valid = not is_valid
        where lap_number = 2 and race_result_id = (
            select race_results.id from racing.race_results
            inner join racing.races on race_id = races.id where source_race_id = '1'
        )
    """)
    changed = written(folder, export_to)
    assert {place for place in changed if NORTH_24 not in place} == set()
    assert f"racing/laps/{NORTH_24}" in changed
    assert f"analytics/sessions/{NORTH_24}" in changed
    assert f"racing/races/{NORTH_24}" not in changed
    assert_equal(folder, warehouse.database)


def test_a_deleted_lap_is_removed_from_the_files_of_its_day(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export
) -> None:
    connection.execute("""
        delete from racing.laps
        where lap_number = 2 and race_result_id = (
            select race_results.id from racing.race_results
            inner join racing.races on race_id = races.id where source_race_id = '2'
        )
    """)
    assert f"racing/laps/{NORTH_24}" in written(folder, export_to)
    assert_equal(folder, warehouse.database)


def test_a_day_that_is_not_selected_is_kept_and_exported_later(
    folder: Path,
    warehouse: Commands,
    connection: psycopg.Connection[Any],
    export_to: Export,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection.execute("update racing.laps set lap_time_seconds = lap_time_seconds + 1 where lap_number = 1")
    monkeypatch.setenv("TRACK", "North")
    monkeypatch.setenv("TO", "2025-10-24")
    monkeypatch.setenv("FROM", "2025-10-01")
    assert {place for place in written(folder, export_to) if "date=" in place and NORTH_24 not in place} == set()
    for name in ("TRACK", "TO", "FROM"):
        monkeypatch.delenv(name)
    assert {place for place in written(folder, export_to) if place.startswith("racing/")} >= {f"racing/laps/{NORTH_25}"}
    assert_equal(folder, warehouse.database)


def test_settings_of_the_database_and_the_order_of_rows_do_not_change_the_files(
    folder: Path, connection: psycopg.Connection[Any], export_to: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULL", "1")
    name = sql.Identifier(connection.info.dbname)
    settings = {"timezone": "Australia/Lord_Howe", "datestyle": "SQL, DMY", "extra_float_digits": "0"}
    for setting, value in settings.items():
        connection.execute(sql.SQL("alter database {} set {} to {}").format(name, sql.Identifier(setting), value))
    # Each row is written again, after all others.
    connection.execute("update racing.laps set lap_number = lap_number where lap_number = 1")
    connection.execute("update racing.drivers set id = id where ctid = (select min(ctid) from racing.drivers)")
    try:
        assert written(folder, export_to) == set()
    finally:
        connection.execute(sql.SQL("alter database {} reset all").format(name))


def test_a_new_day_is_added_and_its_effects_on_earlier_days_are_exported(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export, recording: Recording
) -> None:
    day = date(2025, 10, 26)
    # A transponder without a name gets one, and Ana has another spelling.
    rows = [
        listed(91, "Zed Abara", class_and_transponder="1/10 Open (7000003)", started_at=f"{day} 10:00:00"),
        listed(92, "ANA RUIZ", class_and_transponder="1/10 Open (7000001)", started_at=f"{day} 10:00:00"),
    ]
    store(connection, "north", DayList(rows, day))
    recording.transform(warehouse.database)
    changed = written(folder, export_to)
    assert "racing/laps/track=north/date=2025-10-26" in changed
    assert {f"analytics/sessions/{place}" for place in (NORTH_24, NORTH_25)} <= changed
    assert not [place for place in changed if "track=south" in place or place.startswith(f"racing/laps/{NORTH_24}")]
    assert_equal(folder, warehouse.database)


def test_a_class_alias_changes_every_day_of_the_class(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export
) -> None:
    connection.execute("insert into intermediate.class_aliases values ('1/10 open', 'Open')")
    changed = written(folder, export_to)
    assert f"analytics/class_leaderboard/{NORTH_25}" in changed
    assert not [place for place in changed if place.startswith("racing/")]
    assert_equal(folder, warehouse.database)
    connection.execute("delete from intermediate.class_aliases")


def test_a_view_with_a_new_definition_is_read_whole(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export
) -> None:
    view = "intermediate.int_sessions__lap_statistics"
    (definition,) = connection.execute("select pg_get_viewdef(%s::regclass)", [view]).fetchone() or ("",)
    changed = str(definition).replace("min(", "max(")
    assert changed != definition
    redefine = f"create or replace view {view} as "
    connection.execute(f"{redefine}{changed}".encode())
    try:
        assert f"analytics/session_reconciliation/{NORTH_25}" in written(folder, export_to)
        assert_equal(folder, warehouse.database)
    finally:
        connection.execute(f"{redefine}{definition}".encode())


def test_new_columns_and_tables_are_exported_and_removed_with_their_files(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export
) -> None:
    with connection.transaction(force_rollback=False):
        connection.execute("alter table racing.laps add column temperature numeric(4, 1) default 21.5")
        connection.execute(
            "create table analytics.weather as select id as event_id, 3::smallint as wind from racing.events"
        )
        connection.execute("create table analytics.tyres (name text, prices numeric(6, 2)[])")
        connection.execute("insert into analytics.tyres values ('soft', '{1.50,2.25}'), (null, null), ('', '{}')")
        connection.execute("grant select on analytics.weather, analytics.tyres to practice_reader")
    try:
        assert {f"racing/laps/{NORTH_25}", f"analytics/weather/{NORTH_25}"} <= written(folder, export_to)
        tyres = parquet.read_table(folder / "analytics" / "tyres" / "part-0.parquet")
        assert str(tyres.schema.field("prices").type) == "list<element: decimal128(6, 2)>"
        assert_equal(folder, warehouse.database)
        # Each export reads every day of a table that the version does not cover.
        connection.execute("update analytics.weather set wind = 4")
        assert {place.split("/")[1] for place in written(folder, export_to)} == {"weather"}
    finally:
        connection.execute("alter table racing.laps drop column temperature")
        connection.execute("drop table analytics.weather, analytics.tyres")
    written(folder, export_to)
    assert not (folder / "analytics" / "tyres").exists()
    assert not (folder / "analytics" / "weather").exists()
    assert_equal(folder, warehouse.database)


def test_a_deleted_day_loses_its_files(
    folder: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export
) -> None:
    with connection.transaction():
        (event_id,) = connection.execute(
            "select id from racing.events where source_event_id = 'south-practice-2025-10-25'"
        ).fetchone() or (None,)
        connection.execute("delete from analytics.day_reconciliation where event_id = %s", [event_id])
        connection.execute("delete from analytics.class_day_bests where event_id = %s", [event_id])
        connection.execute("delete from racing.events where id = %s", [event_id])
    gone = "track=south/date=2025-10-25"
    assert {f"racing/laps/{gone}", f"analytics/stints/{gone}"} <= written(folder, export_to)
    assert not [place for place in files(folder) if gone in place]
    assert not list(folder.rglob(gone))
    assert_equal(folder, warehouse.database)


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"PAR1")], ids=["removed", "damaged"])
def test_a_damaged_file_is_written_again(folder: Path, export_to: Export, damage: Callable[[Path], object]) -> None:
    damage(folder / "racing" / "laps" / NORTH_25 / "part-0.parquet")
    assert written(folder, export_to) == {f"racing/laps/{NORTH_25}"}


@pytest.mark.parametrize("state", ["", "{}", "[1]", '{"definition": 1, "files": {"x": 1}}'])
def test_without_a_valid_state_all_files_are_compared(folder: Path, export_to: Export, state: str) -> None:
    for file in folder.rglob("_state.json"):
        file.write_text(state)
    assert written(folder, export_to) == set()


def test_a_value_that_its_type_cannot_hold_is_named_and_changes_no_file(
    folder: Path, connection: psycopg.Connection[Any], export_to: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULL", "1")  # NaN has the hash of null
    connection.execute("update racing.race_results set consistency = 'NaN'")
    try:
        before = files(folder)
        with pytest.raises(CannotWork, match=r"racing\.race_results on 2025-10-2\d at \w+ holds a value.*NaN"):
            export_to(folder)
        assert files(folder) == before
    finally:
        connection.execute("update racing.race_results set consistency = null")


def test_a_track_whose_name_is_a_path_stays_in_the_folder(
    tmp_path: Path, warehouse: Commands, connection: psycopg.Connection[Any], export_to: Export, recording: Recording
) -> None:
    store(connection, "../../é=/x", DayList([listed(1)]))
    store(connection, "../../é=/x", SessionPage(1))
    recording.transform(warehouse.database)
    folder = tmp_path / "a" / "b" / "c"
    export_to(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert list((folder / "racing" / "laps").glob("track=..%2F..%2F%C3%A9%3D%2Fx/date=2025-10-25/part-0.parquet"))
    assert_equal(folder, warehouse.database)
