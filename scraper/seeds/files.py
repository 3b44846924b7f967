"""Read the seeds, the CSV files of the analysts, and check them row by row before dbt runs.

A row that cannot be used is left out and named with its file and line. All other rows are stored in
`intermediate.seed_rows`, from which one model per seed makes a typed table. If a file cannot be used as a whole, the
rows of the last good file stay. Nothing in a file stops a transform.
"""

import csv
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from scraper.config import REPOSITORY
from scraper.console import counted
from scraper.seeds.changes import SeedChanges
from scraper.seeds.columns import SEEDS, Cells, Column, Known, Refused, Row, Seed
from scraper.seeds.matches import rows_without_a_match
from scraper.setting_types import shown

FOLDER = REPOSITORY / "dbt_project" / "seeds"
MOST_NAMED = 20

_TRACKS = "select track_slug from raw.tracks"
# `posix/`, `right/` (with leap seconds) and `localtime` depend on the server's machine. An abbreviation, such as EST,
# is wrong for half of the year.
_TIME_ZONES = """
select name from pg_timezone_names
where
    (name = 'UTC' or name not in (select abbrev from pg_timezone_abbrevs))
    and name !~ '^(posix|right)/' and name not in ('localtime', 'posixrules', 'Factory')
"""
_STORED = "select line, cells from intermediate.seed_rows where seed_name = %s"
_STORE = "insert into intermediate.seed_rows (seed_name, line, cells) values (%s, %s, %s)"
# As spreadsheets write them, depending on the country.
_SEPARATORS = (",", ";")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a seed: the file, the line if it is about one, and why and with what effect."""

    file: Path
    line: int | None
    reason: str
    effect: str
    is_of_file: bool = False
    """Whether the file cannot be used as a whole."""

    def __str__(self) -> str:
        file = self.file.relative_to(REPOSITORY) if self.file.is_relative_to(REPOSITORY) else self.file
        place = file if self.line is None else f"{file}, line {self.line}"
        return f"{place}: {self.reason}; {self.effect}"


def load_seeds(connection: psycopg.Connection, folder: Path = FOLDER) -> list[Fault]:
    """Replace the stored rows by the valid rows of the files, and queue the days that depend on what has changed.

    Returns what is wrong with files and rows.
    """
    rows, faults = _read_all(connection, folder)
    with connection.transaction(), connection.cursor() as cursor:
        changes = SeedChanges(connection)
        cursor.execute("truncate intermediate.seed_rows")
        cursor.executemany(_STORE, [(row.seed, row.line, Jsonb(row.cells)) for row in rows])
        changes.queue_days()
    return faults


def check_seeds(connection: psycopg.Connection, folder: Path = FOLDER) -> list[Fault]:
    """Read the files; return what is wrong with files and rows, and which rows match nothing that is stored."""
    rows, faults = _read_all(connection, folder)
    unusable = {fault.file.stem for fault in faults if fault.is_of_file}
    return faults + [
        Fault(folder / f"{row.seed}.csv", row.line, f"matches nothing: {reason}", "the row has no effect")
        for row, reason in rows_without_a_match(connection, [row for row in rows if row.seed not in unusable])
    ]


def seeds_to_load(connection: psycopg.Connection, folder: Path = FOLDER) -> list[str]:
    """Return the seeds whose rows are not those that the last transform stored."""

    def content(rows: Iterable[tuple[str, Cells]]) -> set[tuple[str, frozenset[tuple[str, str | None]]]]:
        return {(seed, frozenset(cells.items())) for seed, cells in rows}

    stored = content(connection.execute("select seed_name, cells from intermediate.seed_rows").fetchall())
    valid = content((row.seed, row.cells) for row in _read_all(connection, folder)[0])
    return sorted({seed for seed, _ in stored ^ valid})


def describe(faults: Sequence[Fault]) -> Iterator[str]:
    """Name the first of these faults, one line each, and count the others."""
    yield from map(str, faults[:MOST_NAMED])
    if len(faults) > MOST_NAMED:
        yield f"… and {counted(len(faults) - MOST_NAMED, 'more row')} of the seeds"


def _read_all(connection: psycopg.Connection, folder: Path) -> tuple[list[Row], list[Fault]]:
    """The rows that have effect, and the faults. Of a file that cannot be used, the rows that the last good one had."""
    known = Known(
        tracks={slug.lower(): slug for (slug,) in connection.execute(_TRACKS).fetchall()},
        time_zones=frozenset(name for (name,) in connection.execute(_TIME_ZONES).fetchall()),
    )
    rows: list[Row] = []
    faults: list[Fault] = []
    for seed in SEEDS:
        path = folder / f"{seed.name}.csv"
        try:
            for line, cells in _read(path, seed, known):
                if isinstance(cells, str):
                    faults.append(Fault(path, line, cells, "the row is left out"))
                else:
                    rows.append(Row(seed.name, line, cells))
        except Refused as problem:
            line_of_names = 1 if path.is_file() else None
            kept = [Row(seed.name, *row) for row in connection.execute(_STORED, [seed.name]).fetchall()]
            rows += kept
            effect = f"the last good file counts, with {counted(len(kept), 'row')}" if kept else "no row is used"
            faults.append(Fault(path, line_of_names, str(problem), effect, is_of_file=True))
    return rows, faults


def _read(path: Path, seed: Seed, known: Known) -> Iterator[tuple[int, Cells | str]]:
    """The rows of a file with their lines; instead of the cells of a bad row the reason.

    Raises Refused, before the first row, for a file that cannot be used as a whole.
    """
    try:
        lines = path.read_bytes().removeprefix(BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    except FileNotFoundError:
        raise Refused("is missing: put the file back") from None
    except OSError as error:
        raise Refused(f"cannot be read ({error.strerror}): let this user read it") from error
    header, *others = lines
    separator, names = _columns(header, seed)
    used: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(others, start=2):
        try:
            texts = _split(line, separator)
            if not any(texts):
                continue
            cells = _check(texts, names, seed, known)
            key = seed.key_of(cells)
            if first := used.get(key):
                raise Refused(f"line {first} has the same {' and '.join(seed.key)}")
            used[key] = number
            yield number, cells
        except Refused as problem:
            yield number, str(problem)


def _columns(header: bytes, seed: Seed) -> tuple[str, list[str]]:
    """The separator of a file and the names of its columns, in any order; cells without a name are blank.

    Raises Refused if the columns are not those of the seed.
    """
    wanted = [column.name for column in seed.columns]
    advice = f"write {','.join(wanted)} there"
    try:
        for separator in _SEPARATORS:
            names = [name.lower() for name in _split(header, separator)]
            if sorted(filter(None, names)) == sorted(wanted):
                return separator, names
        found = ",".join(_split(header, _SEPARATORS[0]))
    except Refused as problem:
        raise Refused(f"the line of the column names {problem}; {advice}") from None
    if not found:
        raise Refused(f"the line of the column names is blank: {advice}")
    raise Refused(f"the column names are {shown(found)}: {advice}")


def _split(line: bytes, separator: str) -> list[str]:
    """The cells of one line, without surrounding blanks.

    Each line is read by itself, so that a quote that is never closed damages no other row.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Refused("is not in UTF-8: save the file in this encoding") from None
    try:
        [cells] = csv.reader([text], delimiter=separator, strict=True) if text.strip() else [[]]
    except (csv.Error, ValueError) as error:
        raise Refused("is no CSV: a quote is not closed, or a cell has a line break") from error
    stripped = [cell.strip() for cell in cells]
    if any(unicodedata.category(letter) == "Cc" for cell in stripped for letter in cell):
        raise Refused("holds a control character")
    return stripped


def _check(texts: Sequence[str], names: Sequence[str], seed: Seed, known: Known) -> Cells:
    named = {name: text for name, text in zip(names, texts, strict=False) if name}
    surplus = [text for name, text in zip(names, texts, strict=False) if not name] + list(texts[len(names) :])
    if len(named) < len(seed.columns) or any(surplus):
        raise Refused(f"has {counted(len(texts), 'cell')} and needs {len(seed.columns)}: quote a cell that has a comma")
    cells = {column.name: _value(column, named[column.name], known) for column in seed.columns}
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
