"""Killed and simultaneous exports, and exports next to transforms: complete files of one snapshot."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from pyarrow import parquet

from scraper.commands import export
from scraper.database import locks
from scraper.database.connection import Database
from scraper.database.jobs import Job, hold_locks
from scraper.errors import CannotWork, LockHeld, UsageError
from scraper.exports.folder import TableFolder
from tests.exports.exported import assert_equal, files
from tests.support.commands_runner import Commands
from tests.support.waiting import wait_for

Export = Callable[[Path], int]


def test_a_killed_export_leaves_complete_files_and_the_next_one_writes_the_rest(
    tmp_path: Path, warehouse: Commands, export_to: Export
) -> None:
    process = warehouse.start("export", EXPORT_FOLDER=str(tmp_path))
    wait_for(lambda: files(tmp_path), process)
    process.kill()
    process.communicate()
    for file in tmp_path.rglob("*.parquet"):
        parquet.read_table(file)
    export_to(tmp_path)
    assert_equal(tmp_path, warehouse.database)
    assert [path.name for path in tmp_path.rglob("*") if path.name.startswith(".part")] == []


@pytest.mark.parametrize("nth", [1, 2, 7, 30])
def test_an_export_that_was_interrupted_at_any_file_is_completed_by_the_next(
    tmp_path: Path, warehouse: Commands, export_to: Export, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """The export is interrupted between writing the nth file and renaming it."""
    replace, replaced = Path.replace, []

    def interrupt(self: Path, target: Path) -> Path:
        replaced.append(target)
        if len(replaced) == nth:
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            export_to(tmp_path)
    whole = files(tmp_path)
    assert len(whole) <= nth
    export_to(tmp_path)
    assert_equal(tmp_path, warehouse.database)
    assert {place: files(tmp_path)[place] for place in whole} == whole
    assert not list(tmp_path.rglob(".part-*"))


def test_an_export_reads_one_snapshot(
    tmp_path: Path, warehouse: Commands, export_to: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = TableFolder.save
    saved: list[str] = []

    def change_after_the_first_table(self: TableFolder) -> None:
        save(self)
        if not saved:
            with psycopg.connect(warehouse.database.conninfo) as other:
                other.execute("update racing.races set class_name = 'Other'")
        saved.append(self.path.name)

    with psycopg.connect(warehouse.database.conninfo) as connection:
        before = connection.execute("select id::text, class_name from racing.races").fetchall()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(TableFolder, "save", change_after_the_first_table)
            export_to(tmp_path)
        assert saved.index("races") > 0
        races = parquet.read_table(tmp_path / "racing" / "races", partitioning=None)
        exported = zip(races["id"].to_pylist(), races["class_name"].to_pylist(), strict=True)
        assert sorted(exported) == sorted(before)
        export_to(tmp_path)
        assert_equal(tmp_path, warehouse.database)
    finally:
        with psycopg.connect(warehouse.database.conninfo) as connection:
            for race_id, class_name in before:
                connection.execute("update racing.races set class_name = %s where id = %s", [class_name, race_id])


def test_export_and_transform_exclude_each_other(
    tmp_path: Path, warehouse: Commands, export_to: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "TIMEOUT", "10ms")
    with hold_locks(warehouse.database, Job.TRANSFORM), pytest.raises(LockHeld, match="while transform"):
        export_to(tmp_path)
    assert files(tmp_path) == {}
    with hold_locks(warehouse.database, Job.EXPORT):
        export_to(tmp_path)  # any number of exports
        done = warehouse.run("transform")
        assert done.returncode == 4
        assert "cannot start while export (pid " in done.stderr


def test_one_export_at_a_time_writes_to_a_folder(tmp_path: Path, export_to: Export) -> None:
    with export.lock_folder(tmp_path), pytest.raises(LockHeld, match=f"another export is writing to {tmp_path}"):
        export_to(tmp_path)
    assert export_to(tmp_path) == 0


def test_a_path_that_cannot_be_a_folder_is_refused(tmp_path: Path, export_to: Export) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(
        UsageError, match=f"EXPORT_FOLDER={file} cannot be written .*: name a folder that you can write"
    ):
        export_to(file)


def test_a_full_disk_is_one_message_and_leaves_complete_files(
    tmp_path: Path, warehouse: Commands, export_to: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", no_space)
        with pytest.raises(
            CannotWork, match=rf"cannot write to {tmp_path} \(No space left on device\): free space there"
        ):
            export_to(tmp_path)
    assert files(tmp_path) == {}
    export_to(tmp_path)
    assert_equal(tmp_path, warehouse.database)


def test_a_reader_sees_the_old_file_until_the_new_one_is_complete(
    tmp_path: Path, warehouse: Commands, export_to: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_to(tmp_path)
    file = tmp_path / "racing" / "tracks" / "part-0.parquet"
    before = file.read_bytes()
    seen: list[bytes] = []
    write_batch = parquet.ParquetWriter.write_batch

    def look(self: parquet.ParquetWriter, *arguments: object) -> None:
        write_batch(self, *arguments)
        if "source_track_slug" in self.schema.names:
            seen.append(file.read_bytes())

    monkeypatch.setattr(parquet.ParquetWriter, "write_batch", look)
    with psycopg.connect(warehouse.database.conninfo, autocommit=True) as connection:
        connection.execute("update racing.tracks set track_name = track_name || ' Raceway'")
    export_to(tmp_path)
    assert seen == [before]
    assert file.read_bytes() != before
    assert_equal(tmp_path, warehouse.database)


@pytest.mark.parametrize("foreign", ["notes.parquet", "mine/part-0.parquet", "mine/track=a/date=b/part-0.parquet"])
def test_foreign_files_stay(tmp_path: Path, export_to: Export, foreign: str) -> None:
    path = tmp_path / "analytics" / foreign
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    export_to(tmp_path)
    assert path.read_text() == "mine"
    shutil.rmtree(tmp_path / "racing" / "laps")
    export_to(tmp_path)
    assert path.read_text() == "mine"


def test_before_the_first_transform_the_message_names_the_command(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, export_to: Export
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    with pytest.raises(CannotWork, match="nothing is transformed yet: run make transform"):
        export_to(tmp_path)
