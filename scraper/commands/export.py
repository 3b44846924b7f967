"""Write the tables of `racing` and `analytics` to Parquet files, as far as they have changed."""

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

_IS_DERIVED = "select to_regclass('analytics.day_versions') is not null"


def run(config: Config) -> int:
    """Update the files of EXPORT_FOLDER, for the days of TRACK and DATE or FROM and TO.

    Raises UsageError for an EXPORT_FOLDER that is not a folder, LockHeld while a transform or another export to the
    same folder is running, and CannotWork when nothing is transformed yet or a file cannot be written.
    """
    started = time.monotonic()
    folder = config.export_folder.absolute()
    with lock_folder(folder), open_job(config, Job.EXPORT) as (_, connection), _snapshot(connection):
        days = days_of(connection)
        selected = {day.folder for day in days if config.includes(day.track_slug, day.practice_date)}
        if not selected:
            raise CannotWork(_nothing_to_export(days))
        outcomes = []
        for name, outcome in Export(connection, folder, days, selected, is_full=config.full).run():
            outcomes.append(outcome)
            if outcome.written or outcome.removed:
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
