"""Write `racing` and `analytics` to Parquet files, as far as they have changed, or what a racer wants to CSV files."""

import fcntl
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from scraper.config import Config
from scraper.console import counted
from scraper.database.jobs import Job, open_job
from scraper.errors import CannotWork, LockHeld, UsageError
from scraper.exports.export import Day, Export, days_of
from scraper.exports.people import find_racer
from scraper.exports.spreadsheets import MOST_ROWS, write_files
from scraper.quiet import news
from scraper.setting_types import ExportFormat

_LONGEST_NAME = 100
_IS_DERIVED = "select to_regclass('analytics.day_versions') is not null"


def run(config: Config) -> int:
    """Update the files of EXPORT_FOLDER, for the days of TRACK and DATE or FROM and TO.

    FORMAT=csv writes three files below `csv`, for PERSON where one is given.

    Raises UsageError for an EXPORT_FOLDER that is not a folder or a PERSON that is not one person, LockHeld while a
    transform or another export to the same folder is running, and CannotWork when nothing is transformed yet or a file
    cannot be written.
    """
    if config.person and config.export_format != ExportFormat.CSV:
        raise UsageError(f"PERSON={config.person} narrows CSV files only: add FORMAT=csv")
    started = time.monotonic()
    folder = config.export_folder.absolute()
    with lock_folder(folder), open_job(config, Job.EXPORT) as (_, connection), _snapshot(connection):
        days = days_of(connection)
        selected = {day.folder for day in days if config.includes(day.track_slug, day.practice_date)}
        if not selected:
            raise CannotWork(_nothing_to_export(days))
        if config.export_format == ExportFormat.CSV:
            return _write_csv(connection, config, folder, [day for day in days if day.folder in selected])
        outcomes = []
        for name, outcome in Export(connection, folder, days, selected, is_full=config.full).run():
            outcomes.append(outcome)
            if outcome.written or outcome.removed:
                news()
                removed = f", {outcome.removed} removed" if outcome.removed else ""
                print(f"  {name:32} {outcome.written} written{removed}", flush=True)
    written, removed, unchanged = (
        sum(getattr(outcome, what) for outcome in outcomes) for what in ("written", "removed", "unchanged")
    )
    print(
        f"Export: {counted(written, 'file')} written, {removed} removed, {unchanged} unchanged in "
        f"{time.monotonic() - started:.1f} s: {counted(len(outcomes), 'table')} in {folder}"
    )
    return 0


def _write_csv(connection: psycopg.Connection, config: Config, folder: Path, days: Sequence[Day]) -> int:
    news()
    racer = find_racer(connection, config.person, config.named_tracks) if config.person else None
    written = list(
        write_files(connection, folder / "csv" / _selection(config, days), [day.event_id for day in days], racer)
    )
    for file in written:
        print(f"  {file.path.name:18} {counted(file.rows, 'row')}")
        if file.rows >= MOST_ROWS:
            print(f"  a spreadsheet takes {MOST_ROWS:,} rows: narrow the export by TRACK, DATE, FROM, TO or PERSON")
    if racer and not any(file.rows for file in written):
        print(f"  {config.person} has no session on these days")
    print(f"Export: {counted(len(written), 'CSV file')} in {written[0].path.parent}")
    return 0


def _selection(config: Config, days: Sequence[Day]) -> str:
    """Return the folder of what was asked for: tracks as they are stored, days and person, as far as they are given."""
    stored = {day.track_slug.lower(): day.track_slug for day in days}
    tracks = "-".join(stored.get(slug.lower(), slug) for slug in config.named_tracks)
    bounds = [config.practice_date or config.from_date, config.to_date]
    parts = [tracks, "-to-".join(str(day) for day in bounds if day), config.person or ""]
    named = "_".join("-".join(re.findall(r"[\w-]+", part)) for part in parts if part)
    return named[:_LONGEST_NAME] or "all"


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Create the folder and hold its lock, which ends with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("w")
    except OSError as problem:
        raise UsageError(
            f"EXPORT_FOLDER={folder} cannot be written ({problem.strerror}): name a folder that you can write"
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(f"another export is writing to {folder}: wait for it to end, then run this again") from None
        yield


@contextmanager
def _snapshot(connection: psycopg.Connection) -> Iterator[None]:
    """Let all queries see the database as it is at one moment."""
    connection.execute("set jit to off")  # compilation does not pay for one day's rows
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        if connection.execute(_IS_DERIVED).fetchone() != (True,):
            raise CannotWork("nothing is transformed yet: run make transform, then this again")
        yield


def _nothing_to_export(days: Sequence[Day]) -> str:
    if not days:
        return "the database has no practice day yet: start with make crawl transform"
    tracks = sorted({day.track_slug for day in days})
    first, last = min(day.practice_date for day in days), max(day.practice_date for day in days)
    return (
        f"no practice day matches TRACK, DATE, FROM and TO: there are days from {first} to {last} of "
        f"{', '.join(tracks[:20])}{' and others' if len(tracks) > 20 else ''}"
    )
