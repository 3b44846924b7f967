"""Make a folder of Parquet files equal to the database, reading the days that may differ and writing what does."""

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
from scraper.exports.rows import batches, schema_of

_DAYS = "select event_id, track_slug, practice_date, version from analytics.day_versions"
_SCHEMAS = ("racing", "analytics")
_WHOLE = "."  # the place of a table's only file


@dataclass(frozen=True)
class Day:
    """A practice day, and the number that changes with its rows."""

    event_id: UUID
    track_slug: str
    practice_date: date
    version: int

    @property
    def place(self) -> str:
        """Its folder below a table's: DuckDB, pandas and Arrow make columns of such names."""
        return f"track={quote(self.track_slug, safe='')}/date={self.practice_date}"


@dataclass
class Outcome:
    """What became of the files."""

    written: int = 0
    removed: int = 0
    unchanged: int = 0


def days_of(connection: psycopg.Connection[Any]) -> Sequence[Day]:
    """All practice days as they are now."""
    return [Day(*row) for row in connection.execute(_DAYS)]


class Export:
    """One export: all tables as one transaction sees them.

    Days whose place is not among `asked_for` keep their files as they are. `is_full`: read every day, whatever is known
    of its files.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        folder: Path,
        days: Sequence[Day],
        asked_for: Set[str],
        *,
        is_full: bool,
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._days = days
        self._asked_for = asked_for
        self._is_full = is_full

    def run(self) -> Iterator[tuple[str, Outcome]]:
        """Bring all files up to date, table by table: its name, and what was done.

        Raises CannotWork for a value that has no place in its type, and for a folder that cannot be written.
        """
        tables = relations(self._connection)
        try:
            for table in tables:
                yield table.full_name, self._bring_up_to_date(table)
            yield from self._remove_tables_but({table.full_name for table in tables})
        except OSError as problem:
            raise CannotWork(
                f"cannot write to {self._folder} ({problem.strerror or problem}): make room there, or name another "
                "folder with EXPORT_FOLDER=, and run this again; the files that are there are whole"
            ) from None

    def _remove_tables_but(self, names: Set[str]) -> Iterator[tuple[str, Outcome]]:
        for state in [file for schema in _SCHEMAS for file in (self._folder / schema).glob(f"*/{STATE}")]:
            table = state.parent
            name = f"{table.parent.name}.{table.name}"
            if name not in names:
                outcome = Outcome(removed=TableFolder(table, definition="").remove_others(()))
                state.unlink()
                with suppress(OSError):  # it holds something else
                    table.rmdir()
                yield name, outcome

    def _bring_up_to_date(self, table: Relation) -> Outcome:
        has_days = table.way_to_day is not None
        places: dict[str, Day | None] = {day.place: day for day in self._days} if has_days else {_WHOLE: None}
        files = TableFolder(self._folder / table.schema / table.name, table.definition)
        outcome = Outcome(removed=files.remove_others(places))
        for place, day in places.items():
            version = day.version if day and table.follows_its_day else None
            is_settled = has_days and place not in self._asked_for
            is_current = not self._is_full and files.is_current(place, version)
            if not is_settled and not is_current and self._write(table, files, day, version):
                outcome.written += 1
            else:
                outcome.unchanged += 1
        files.save()
        return outcome

    def _write(self, table: Relation, files: TableFolder, day: Day | None, version: int | None) -> bool:
        rows = batches(self._connection, table.query(day.event_id if day else None), table.columns)
        try:
            return files.write(day.place if day else _WHOLE, version, schema_of(table.columns), rows)
        except pa.ArrowInvalid as problem:
            where = f" on {day.practice_date} at {day.track_slug}" if day else ""
            raise CannotWork(
                f"{table.full_name}{where} holds a value that its type in Parquet has no place for: "
                f"{' '.join(str(problem).split())}; the file is left as it was"
            ) from None
