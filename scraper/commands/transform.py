"""Derive the final schema from the raw tables."""

import time
from datetime import UTC

import psycopg

from scraper.config import Config
from scraper.database.connection import Database
from scraper.database.diagnosis import explain_outage
from scraper.database.jobs import Job, open_job
from scraper.errors import CannotWork
from scraper.transform.batches import Slice, last_slice, put_every_day_on_the_work_list
from scraper.transform.dbt import DbtRun, run_dbt
from scraper.transform.reconciliation import differing_days
from scraper.transform.up_to_date import fingerprint, note_project, nothing_new_since

_OF_THIS_BATCH = "event_id in (select event_id from intermediate.int_practice__days)"
_MOST_NAMED = 20


def run(config: Config) -> int:
    """dbt build, on what the work list names; with FULL=1 on everything. Raises CannotWork or LockHeld."""
    with open_job(config, Job.TRANSFORM) as (database, _):
        transform(database, is_full=config.full)
    return 0


def transform(database: Database, *, is_full: bool) -> None:
    """Run the models and their tests, slice by slice; says what was done, and raises CannotWork when it was not all.

    Starts no dbt when nothing has come in since a run that finished with the same project. A full run puts every day on
    the work list and works it off. When it is stopped, any next run goes on.
    """
    project = fingerprint()
    if is_full:
        put_every_day_on_the_work_list(database)
    with psycopg.connect(database.conninfo) as connection:
        since = None if is_full else nothing_new_since(connection, project)
    if since is not None:
        print(
            f"Transform: nothing new since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC; FULL=1 derives everything anyway"
        )
        return
    while transform_slice(database, project).days_left > 0:
        pass


def transform_slice(database: Database, project: str) -> Slice:
    """Work off the work list, or as much of it as one run takes; `project` is the fingerprint of what dbt reads."""
    started = time.monotonic()
    outcome = run_dbt(database, "build", "--selector", "transform")
    report(outcome, then="what they would have written is done again by the next run")
    with psycopg.connect(database.conninfo) as connection:
        if fingerprint() == project:  # else dbt may have read some files as they were, and some as they are
            note_project(connection, project)
        for line in differing_days(connection, _MOST_NAMED, _OF_THIS_BATCH):
            print(f"  {line}")
        done = last_slice(connection)
    print(f"Transform: {done.sessions} sessions of {done.days} days re-derived", end=" ")
    print(f"in {time.monotonic() - started:.1f} s", end="; ")
    print(f"{outcome.models} models, {outcome.tests} tests, {len(outcome.warnings)} warnings", end="")
    print(f"; {done.days_left} days to go" if done.days_left else "", flush=True)
    return done


def report(outcome: DbtRun, then: str) -> None:
    """Name every warning and error; raises CannotWork, which says what `then` follows, when there was an error.

    A full disk, or a server that is gone, is named once, and not for every model that met it.
    """
    for warning in outcome.warnings:
        print(f"  warning  {warning.failures} times: {warning.description or warning.name}")
        print(f'           which ones: make dbt ARGS="show -s {warning.name}"')
    if outage := next(filter(None, (explain_outage(error.message) for error in outcome.errors)), None):
        raise CannotWork(outage)
    for error in outcome.errors:
        print(f"  error    {error.kind} {error.name}: {error.message}")
    if outcome.errors:
        raise CannotWork(
            f"{len(outcome.errors)} of {outcome.models + outcome.tests} models and tests failed (above; whole in "
            f"logs/dbt.log); {then}"
        )
