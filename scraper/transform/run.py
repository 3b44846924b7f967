"""A transform: batch by batch until the queue is empty, each begun, built by dbt, settled and reported."""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg

from scraper.console import counted
from scraper.database.connection import Database
from scraper.database.diagnosis import explain_outage
from scraper.errors import CannotWork, Code
from scraper.quiet import news
from scraper.seeds.files import Fault, check_seeds, describe, load_seeds
from scraper.transform.batches import Batch, begin_batch, queue_every_day, record_incomplete, settle
from scraper.transform.dbt import DbtRun, run_dbt
from scraper.transform.orphans import delete_orphans
from scraper.transform.reconciliation import days_that_do_not_add_up, months_that_are_not_understood
from scraper.transform.up_to_date import fingerprint, has_current_views, nothing_new_since

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner

_SESSIONS = "select count(*) from intermediate.int_practice__sessions"
_OF_THIS_BATCH = "event_id = any(array(select event_id from intermediate.int_practice__days))"
_MONTHS_OF_THIS_BATCH = """
exists (
    select from intermediate.int_practice__days as days
    where days.track_slug = int_reconciliation__months.track_slug
    and to_char(days.practice_date, 'YYYY-MM') = int_reconciliation__months.month
)
"""
_MOST_NAMED = 20


def transform(
    database: Database, connection: psycopg.Connection, *, is_full: bool, runner: "dbtRunner | None" = None
) -> None:
    """Derive every queued day, and test what changed. Prints a line per batch.

    Starts no dbt when nothing has changed since the last transform. `is_full` deletes the orphans and queues every day
    first. `runner` is dbt with its project, for a process that transforms more than once. Raises CannotWork when models
    or tests fail; earlier batches are settled, and the next transform goes on.
    """
    if is_full:
        with connection.transaction():
            delete_orphans(connection)
            queue_every_day(connection)
    elif since := nothing_new_since(connection, fingerprint()):
        warn_of_seeds(check_seeds(connection))
        print(
            f"Transform: nothing new since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC; FULL=1 derives everything anyway"
        )
        return
    while _transform_batch(database, connection, runner).deferred_days:
        pass


def _transform_batch(database: Database, connection: psycopg.Connection, runner: "dbtRunner | None") -> Batch:
    news()
    started, started_at = time.monotonic(), datetime.now(UTC)
    project = fingerprint()
    load_seeds(connection)
    batch = begin_batch(connection)
    selector = "transform_without_views" if has_current_views(connection, project) else "transform"
    outcome = run_dbt(database, "build", "--selector", selector, runner=runner)
    if outcome.is_built:
        # Files that were edited meanwhile may or may not be what dbt has read.
        is_tested = not outcome.errors and fingerprint() == project
        settle(connection, started_at, project if is_tested else None)
    else:
        with suppress(psycopg.Error):  # a full disk or a lost connection: `report` says so
            record_incomplete(connection, started_at)
    faults = check_seeds(connection)
    warn_of_seeds(faults)
    report(outcome, then="nothing is lost: the next transform derives the same days again")
    for line in days_that_do_not_add_up(connection, _MOST_NAMED, _OF_THIS_BATCH):
        print(f"  {line}")
    for line in months_that_are_not_understood(connection, _MOST_NAMED, _MONTHS_OF_THIS_BATCH):
        print(f"  {line}")
    (sessions,) = connection.execute(_SESSIONS).fetchone() or (0,)
    print(
        f"Transform: {counted(sessions, 'session')} of {counted(batch.days, 'day')} re-derived in "
        f"{time.monotonic() - started:.1f} s; {outcome.models} models, {outcome.tests} tests, "
        f"{counted(len(outcome.warnings) + len(faults), 'warning')}",
        end=f"; {counted(batch.deferred_days, 'day')} to go\n" if batch.deferred_days else "\n",
        flush=True,
    )
    return batch


def warn_of_seeds(faults: Sequence[Fault]) -> None:
    """Print what is wrong with the seeds."""
    for line in describe(faults):
        print(f"  warning  {line}")


def report(outcome: DbtRun, then: str) -> None:
    """Print every warning and error. Raises CannotWork, whose last words are `then`, when there was an error.

    A full disk or a lost connection is reported once, and not for every model that met it.
    """
    for warning in outcome.warnings:
        print(f"  warning  {counted(warning.failures, 'time')}: {warning.description or warning.name}")
        print(f'           to list them: make dbt ARGS="show -s {warning.name}"')
    if outage := next(filter(None, (explain_outage(error.message) for error in outcome.errors)), None):
        raise CannotWork(outage, Code.DATABASE_UNAVAILABLE)
    for error in outcome.errors:
        print(f"  error    {error.kind} {error.name}: {error.message}")
    if outcome.errors:
        raise CannotWork(
            f"{len(outcome.errors)} of {outcome.models + outcome.tests} models and tests failed (see above and "
            f"logs/dbt.log); {then}"
        )
