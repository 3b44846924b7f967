"""Write the final schema and what analysts built on it to Parquet files, as far as they have changed."""

import fcntl
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

# The text that `copy` writes depends on the first three, and so do the files; questions about a day need no compiling.
_SETTINGS = "set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set extra_float_digits to 1; set jit to off"
_IS_DERIVED = "select to_regclass('analytics.day_versions') is not null"


def run(config: Config) -> int:
    """Make the files of EXPORT_FOLDER equal to the database, within TRACK and DATE or FROM and TO.

    Raises CannotWork, also when nothing is derived yet, UsageError for an EXPORT_FOLDER that is no folder, and LockHeld
    while a transform or another export to the same folder is at work.
    """
    started = time.monotonic()
    folder = config.export_folder.absolute()
    with alone_in(folder), open_job(config, Job.EXPORT) as (_, connection), _snapshot(connection):
        days = days_of(connection)
        asked_for = {day.place for day in days if config.asks_for(day.track_slug, day.practice_date)}
        if not asked_for:
            raise CannotWork(_nothing_to_export(days))
        outcomes = []
        for name, outcome in Export(connection, folder, days, asked_for, is_full=config.full).run():
            outcomes.append(outcome)
            if outcome.written or outcome.removed:
                removed = f", {outcome.removed} removed" if outcome.removed else ""
                print(f"  {name:32} {outcome.written} written{removed}", flush=True)
    written, removed, unchanged = (
        sum(getattr(outcome, what) for outcome in outcomes) for what in ("written", "removed", "unchanged")
    )
    print(
        f"Export: {counted(written, 'file')} written, {removed} removed, {unchanged} left as they were in "
        f"{time.monotonic() - started:.1f} s: {counted(len(outcomes), 'table')} in {folder}"
    )
    return 0


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which dies with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("w")
    except OSError as problem:
        raise UsageError(
            f"EXPORT_FOLDER={folder} cannot be written ({problem.strerror}): name a folder of yours"
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(f"another export writes to {folder}: wait for it to end, and run this again") from None
        yield


@contextmanager
def _snapshot(connection: psycopg.Connection) -> Iterator[None]:
    """Let all queries see the database as it is at one moment."""
    connection.execute(_SETTINGS)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        if connection.execute(_IS_DERIVED).fetchone() != (True,):
            raise CannotWork("nothing is derived yet: run make transform, and this again")
        yield


def _nothing_to_export(days: Sequence[Day]) -> str:
    if not days:
        return "the database has no practice day yet: begin with make crawl transform"
    tracks = sorted({day.track_slug for day in days})
    first, last = min(day.practice_date for day in days), max(day.practice_date for day in days)
    return (
        f"no practice day is what TRACK, DATE, FROM and TO ask for: there are days from {first} to {last} of "
        f"{', '.join(tracks[:20])}{' and others' if len(tracks) > 20 else ''}"
    )
