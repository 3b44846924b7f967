"""Read the seeds, the CSV files of the analysts, and check them row by row before dbt runs.

A row that cannot be used is left out and named with its file and line. All other rows are stored in
`intermediate.seed_rows`, from which one model per seed makes a typed table. Nothing in a file stops a transform.
"""

import csv
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from scraper.config import REPOSITORY
from scraper.console import counted
from scraper.seeds.changes import SeedChanges
from scraper.seeds.columns import SEEDS, Column, Known, Refused, Seed
from scraper.setting_types import shown

FOLDER = REPOSITORY / "dbt_project" / "seeds"
MOST_NAMED = 20

Cells = dict[str, str | None]
"""A row by column; a blank cell is None."""

_TRACKS = "select track_slug from raw.tracks"
# `posix/`, `right/` (with leap seconds) and `localtime` depend on the server's machine. An abbreviation, such as EST,
# is wrong for half of the year.
_TIME_ZONES = """
select name from pg_timezone_names
where
    (name = 'UTC' or name not in (select abbrev from pg_timezone_abbrevs))
    and name !~ '^(posix|right)/' and name not in ('localtime', 'posixrules', 'Factory')
"""
_STORE = "insert into intermediate.seed_rows (seed_name, line, cells) values (%s, %s, %s)"


@dataclass(frozen=True)
class BadRow:
    """A row that was left out; line 1 is the line of the column names."""

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        file = self.file.relative_to(REPOSITORY) if self.file.is_relative_to(REPOSITORY) else self.file
        return (
            f"{file}, line {self.line}: {self.reason}; {'no row is used' if self.line == 1 else 'the row is left out'}"
        )


def load_seeds(connection: psycopg.Connection, folder: Path = FOLDER) -> list[BadRow]:
    """Replace the stored rows by the valid rows of the files, and queue the days that depend on what has changed.

    Returns the rows that were left out.
    """
    rows, bad_rows = _read_all(connection, folder)
    with connection.transaction(), connection.cursor() as cursor:
        changes = SeedChanges(connection)
        cursor.execute("truncate intermediate.seed_rows")
        cursor.executemany(_STORE, [(seed.name, line, Jsonb(cells)) for seed, line, cells in rows])
        changes.queue_days()
    return bad_rows


def check_seeds(connection: psycopg.Connection, folder: Path = FOLDER) -> list[BadRow]:
    """Read the files, and return the rows that a transform leaves out."""
    return _read_all(connection, folder)[1]


def describe(bad_rows: Sequence[BadRow]) -> Iterator[str]:
    """Name the first of these rows, one line each, and count the others."""
    yield from map(str, bad_rows[:MOST_NAMED])
    if len(bad_rows) > MOST_NAMED:
        yield f"… and {counted(len(bad_rows) - MOST_NAMED, 'more row')} of the seeds"


def _read_all(connection: psycopg.Connection, folder: Path) -> tuple[list[tuple[Seed, int, Cells]], list[BadRow]]:
    known = Known(
        tracks={slug.lower(): slug for (slug,) in connection.execute(_TRACKS).fetchall()},
        time_zones=frozenset(name for (name,) in connection.execute(_TIME_ZONES).fetchall()),
    )
    rows: list[tuple[Seed, int, Cells]] = []
    bad_rows: list[BadRow] = []
    for seed in SEEDS:
        path = folder / f"{seed.name}.csv"
        for line, cells in _read(path, seed, known):
            if isinstance(cells, str):
                bad_rows.append(BadRow(path, line, cells))
            else:
                rows.append((seed, line, cells))
    return rows, bad_rows


def _read(path: Path, seed: Seed, known: Known) -> Iterator[tuple[int, Cells | str]]:
    """The rows of a file with their lines; instead of the cells of a bad row the reason."""
    try:
        lines = path.read_bytes().removeprefix(BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    except OSError as error:
        yield 1, f"cannot be read: {error.strerror}"
        return
    header, *others = lines
    names = ",".join(column.name for column in seed.columns)
    try:
        found = _split(header)
    except Refused as problem:
        yield 1, f"{problem}; the columns are {names}"
        return
    if [name.lower() for name in found if name] != names.split(","):
        yield 1, f"the columns are {shown(','.join(found))} and must be {names}"
        return
    used: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(others, start=2):
        try:
            texts = _split(line)
            if not any(texts):
                continue
            cells = _check(texts, seed, known)
            key = seed.key_of(cells)
            if first := used.get(key):
                raise Refused(f"line {first} has the same {' and '.join(seed.key)}")
            used[key] = number
            yield number, cells
        except Refused as problem:
            yield number, str(problem)


def _split(line: bytes) -> list[str]:
    """The cells of one line, without surrounding blanks.

    Each line is read by itself, so that a quote that is never closed damages no other row.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise Refused("is not UTF-8: save the file with this encoding") from error
    try:
        [cells] = csv.reader([text], strict=True) if text.strip() else [[]]
    except (csv.Error, ValueError) as error:
        raise Refused("is no CSV: a quote is not closed, or a cell has a line break") from error
    stripped = [cell.strip() for cell in cells]
    if any(unicodedata.category(letter) == "Cc" for cell in stripped for letter in cell):
        raise Refused("holds a control character")
    return stripped


def _check(texts: Sequence[str], seed: Seed, known: Known) -> Cells:
    surplus = texts[len(seed.columns) :]
    if len(texts) < len(seed.columns) or any(surplus):
        raise Refused(f"has {counted(len(texts), 'cell')} and needs {len(seed.columns)}: quote a cell that has a comma")
    cells = {column.name: _value(column, text, known) for column, text in zip(seed.columns, texts, strict=False)}
    if seed.one_of and not any(cells[name] for name in seed.one_of):
        raise Refused(f"needs {' or '.join(seed.one_of)}")
    return cells


def _value(column: Column, text: str, known: Known) -> str | None:
    if not text:
        if column.is_required:
            raise Refused(f"{column.name} is blank")
        return None
    try:
        return column.read(text, known)
    except Refused as problem:
        raise Refused(f"{column.name} {shown(text)} {problem}") from None
