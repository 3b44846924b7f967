"""Update a folder of Parquet files from the database: read the days that may differ, write the files that do."""

from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
import pyarrow as pa

from scraper.errors import CannotWork
from scraper.exports.folder import STATE, TableFolder
from scraper.exports.relations import Relation, relations
from scraper.exports.rows import record_batches, schema_of

_DAYS = "select event_id, track_slug, practice_date, version from analytics.day_versions"
_SCHEMAS = ("racing", "analytics")
_ONLY_FILE = "."  # the folder of the file of a table without days


@dataclass(frozen=True)
class Day:
    """A practice day, with a version that changes when its rows do."""

    event_id: UUID
    track_slug: str
    practice_date: date
    version: int

    @property
    def folder(self) -> str:
        """Its folder below a table's, in Hive style: DuckDB, pandas and Arrow read the names as columns."""
        return f"track={quote(self.track_slug, safe='')}/date={self.practice_date}"


@dataclass
class Outcome:
    """Numbers of files."""

    written: int = 0
    removed: int = 0
    unchanged: int = 0


def days_of(connection: psycopg.Connection[Any]) -> Sequence[Day]:
    """Return all practice days."""
    return [Day(*row) for row in connection.execute(_DAYS)]


class Export:
    """Exports all tables from one snapshot of the database.

    Only days whose folder is in `selected` are updated. `is_full`: read every day, also when its file is current.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        folder: Path,
        days: Sequence[Day],
        selected: Set[str],
        *,
        is_full: bool,
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._days = days
        self._selected = selected
        self._is_full = is_full

    def run(self) -> Iterator[tuple[str, Outcome]]:
        """Update the files of all tables; yield each table's name and outcome.

        Raises CannotWork for a value that its Arrow type cannot hold, and for a folder that cannot be written.
        """
        tables = relations(self._connection)
        try:
            for table in tables:
                yield table.full_name, self._update(table)
            yield from self._remove_other_tables({table.full_name for table in tables})
        except OSError as problem:
            raise CannotWork(
                f"cannot write to {self._folder} ({problem.strerror or problem}): free space there, or name another "
                "folder with EXPORT_FOLDER=, then run this again; all files there are complete"
            ) from None

    def _remove_other_tables(self, names: Set[str]) -> Iterator[tuple[str, Outcome]]:
        for state in [file for schema in _SCHEMAS for file in (self._folder / schema).glob(f"*/{STATE}")]:
            table = state.parent
            name = f"{table.parent.name}.{table.name}"
            if name not in names:
                outcome = Outcome(removed=TableFolder(table, definition="").remove_others(()))
                state.unlink()
                with suppress(OSError):  # it holds foreign files
                    table.rmdir()
                yield name, outcome

    def _update(self, table: Relation) -> Outcome:
        has_days = table.path_to_day is not None
        folders: dict[str, Day | None] = {day.folder: day for day in self._days} if has_days else {_ONLY_FILE: None}
        files = TableFolder(self._folder / table.schema / table.name, table.definition)
        outcome = Outcome(removed=files.remove_others(folders))
        for folder, day in folders.items():
            version = day.version if day and table.is_versioned_by_day else None
            is_selected = not has_days or folder in self._selected
            is_current = not self._is_full and files.is_current(folder, version)
            if is_selected and not is_current and self._write(table, files, day, version):
                outcome.written += 1
            else:
                outcome.unchanged += 1
        files.save()
        return outcome

    def _write(self, table: Relation, files: TableFolder, day: Day | None, version: int | None) -> bool:
        rows = record_batches(self._connection, table.query(day.event_id if day else None), table.columns)
        try:
            return files.write(day.folder if day else _ONLY_FILE, version, schema_of(table.columns), rows)
        except pa.ArrowInvalid as problem:
            where = f" on {day.practice_date} at {day.track_slug}" if day else ""
            raise CannotWork(
                f"{table.full_name}{where} holds a value that its Parquet type cannot hold: "
                f"{' '.join(str(problem).split())}; the file was not changed"
            ) from None
