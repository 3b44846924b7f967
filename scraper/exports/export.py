"""Make a folder of Parquet files equal to the database, reading the days that may differ and writing what does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
import pyarrow as pa

from scraper.errors import CannotWork
from scraper.exports.catalogue import Relation, relations
from scraper.exports.folder import STATE, TableFolder
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


def export(
    connection: psycopg.Connection[Any],
    folder: Path,
    days: Sequence[Day],
    is_asked_for: Callable[[Day], bool],
    *,
    is_full: bool,
) -> Mapping[str, Outcome]:
    """Bring all tables' files up to date, as one transaction sees them; what was done, by table.

    A day that is not asked for keeps its files as they are. `is_full`: read every day, whatever is known of its files.
    """
    outcomes = {}
    tables = relations(connection)
    for table in tables:
        outcomes[table.full_name] = _export_table(connection, table, folder, days, is_asked_for, is_full=is_full)
    for state in [file for schema in _SCHEMAS for file in (folder / schema).glob(f"*/{STATE}")]:
        name = f"{state.parent.parent.name}.{state.parent.name}"
        if name not in outcomes:
            outcomes[name] = Outcome(removed=TableFolder(state.parent, definition="").remove_others(()))
            state.unlink()
            state.parent.rmdir()
    return outcomes


def _export_table(
    connection: psycopg.Connection[Any],
    table: Relation,
    folder: Path,
    days: Sequence[Day],
    is_asked_for: Callable[[Day], bool],
    *,
    is_full: bool,
) -> Outcome:
    has_days = table.way_to_day is not None
    places: dict[str, Day | None] = {day.place: day for day in days} if has_days else {_WHOLE: None}
    files = TableFolder(folder / table.schema / table.name, table.definition)
    outcome = Outcome(removed=files.remove_others(places))
    for place, day in places.items():
        version = day.version if day and table.follows_its_day else None
        if (day and not is_asked_for(day)) or (not is_full and files.is_current(place, version)):
            outcome.unchanged += 1
        elif _write(connection, table, files, place, day, version):
            outcome.written += 1
        else:
            outcome.unchanged += 1
    files.save()
    return outcome


def _write(
    connection: psycopg.Connection[Any],
    table: Relation,
    files: TableFolder,
    place: str,
    day: Day | None,
    version: int | None,
) -> bool:
    rows = batches(connection, table.query(day.event_id if day else None), table.columns)
    try:
        return files.write(place, version, schema_of(table.columns), rows)
    except pa.ArrowInvalid as problem:
        where = f" on {day.practice_date} at {day.track_slug}" if day else ""
        raise CannotWork(
            f"{table.full_name}{where} holds a value that its type in Parquet cannot: {' '.join(str(problem).split())}; "
            "the file is left as it was"
        ) from None
