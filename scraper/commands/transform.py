"""Derive the final schema from the raw tables."""

import time
from collections.abc import Iterator

import psycopg

from scraper.config import Config
from scraper.database import Database
from scraper.database_diagnosis import outage_told_by
from scraper.dbt import DbtRun, run_dbt
from scraper.errors import CannotWork
from scraper.locks import Job, only_one
from scraper.migrate import open_migrated

_REDERIVED = "select count(*), count(distinct source_event_id) from intermediate.int_practice__sessions"
_DIFFERING_DAYS = """
select track_slug, practice_date, differences
from analytics.day_reconciliation
where verdict = 'differs' and event_id in (select event_id from intermediate.int_practice__days)
order by practice_date, track_slug
"""
_MOST_NAMED = 20


def run(config: Config) -> int:
    """dbt build, on what the work list names; with FULL=1 on everything. Raises CannotWork or LockHeld."""
    database = open_migrated(config)
    with only_one(database, Job.TRANSFORM):
        transform(database, is_full=config.full)
    return 0


def transform(database: Database, *, is_full: bool) -> None:
    """Run the models and their tests; says what was done, and raises CannotWork when it was not all."""
    started = time.monotonic()
    outcome = run_dbt(database, "build", "--selector", "transform", *(["--full-refresh"] if is_full else []))
    report(outcome, then="what they would have written is done again by the next run")
    with psycopg.connect(database.conninfo) as connection:
        for line in _differing_days(connection):
            print(f"  differs  {line}")
        sessions, days = connection.execute(_REDERIVED).fetchone() or (0, 0)
    print(f"Transform: {sessions} sessions of {days} days re-derived in {time.monotonic() - started:.1f} s", end="; ")
    print(f"{outcome.models} models, {outcome.tests} tests, {len(outcome.warnings)} warnings")


def _differing_days(connection: psycopg.Connection) -> Iterator[str]:
    """Each day of the run whose figures are not the site's, with the figures."""
    days = connection.execute(_DIFFERING_DAYS).fetchall()
    for track, day, differences in days[:_MOST_NAMED]:
        yield f"{track} {day}: {'; '.join(differences)}"
    if len(days) > _MOST_NAMED:
        yield f"and {len(days) - _MOST_NAMED} more days, all in analytics.day_reconciliation"


def report(outcome: DbtRun, then: str) -> None:
    """Name every warning and error; raises CannotWork, which says what `then` follows, when there was an error.

    A full disk, or a server that is gone, is named once, and not for every model that met it.
    """
    for warning in outcome.warnings:
        print(f"  warning  {warning.failures} times: {warning.description or warning.name}")
        print(f'           which ones: make dbt ARGS="show -s {warning.name}"')
    if outage := next(filter(None, (outage_told_by(error.message) for error in outcome.errors)), None):
        raise CannotWork(outage)
    for error in outcome.errors:
        print(f"  error    {error.kind} {error.name}: {error.message}")
    if outcome.errors:
        raise CannotWork(
            f"{len(outcome.errors)} of {outcome.models + outcome.tests} models and tests failed (above; whole in "
            f"logs/dbt.log); {then}"
        )
