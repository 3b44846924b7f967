"""Compare everything derived with everything raw."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg

from scraper.commands.transform import report, transform
from scraper.config import Config
from scraper.database.connection import Database
from scraper.database.jobs import Job, open_job
from scraper.errors import CannotWork
from scraper.transform.batches import last_slice, unaccounted_rows
from scraper.transform.dbt import DbtRun, run_dbt

_ONLY_COMPARE = ("--vars", "verify: true")
# How macros/materializations/merge_changed.sql begins to say that a table differs.
_DIFFERS = "differs: "


@dataclass(frozen=True)
class Difference:
    """How many rows of a table are not what the raw pages say, and the key of one of them."""

    table: str
    missing: int
    surplus: int
    different: int
    example: str

    def __str__(self) -> str:
        return (
            f"{self.table} is not what the raw pages say: {self.missing} rows missing, {self.surplus} too many, "
            f"{self.different} different, for example {self.example}"
        )

    def __add__(self, other: "Difference") -> "Difference":
        return Difference(
            self.table,
            self.missing + other.missing,
            self.surplus + other.surplus,
            self.different + other.different,
            self.example,
        )


def run(config: Config) -> int:
    """Catch up first, then derive everything anew beside what stands, compare, and run every test over every row.

    It goes through the days in slices, as the transform does, and writes nothing of the final schema. No crawl may come
    in between. Raises CannotWork when anything differs, after every table that does has been named.
    """
    with open_job(config, Job.VERIFY) as (database, _):
        transform(database, is_full=False)
        outcomes = list(_verified_slices(database))
        outcomes.append(run_dbt(database, "test", "--selector", "verify_whole", *_ONLY_COMPARE))
        differences = _differences(outcomes)
        with psycopg.connect(database.conninfo) as connection:
            for table, (rows, example) in unaccounted_rows(connection).items():
                surplus = Difference(table, 0, rows, 0, example)
                differences[table] = differences[table] + surplus if table in differences else surplus
    _report(outcomes, list(differences.values()))
    return 0


def _verified_slices(database: Database) -> Iterator[DbtRun]:
    """Models, then tests, of one slice after the other."""
    last_day: str | None = ""
    while last_day is not None:
        environment = {"DBT_VERIFIED_DAY": last_day}
        # Not `build`: a test that fails would keep it from comparing the tables that come after.
        yield run_dbt(database, "run", "--selector", "verify", *_ONLY_COMPARE, environment=environment)
        yield run_dbt(database, "test", "--selector", "verify", *_ONLY_COMPARE, environment=environment)
        with psycopg.connect(database.conninfo) as connection:
            done = last_slice(connection)
        last_day = done.last_day if done.days_left else None


def _differences(outcomes: Sequence[DbtRun]) -> dict[str, Difference]:
    """By table, over all slices."""
    differences: dict[str, Difference] = {}
    for said in (said for outcome in outcomes for said in outcome.said if said.startswith(_DIFFERS)):
        found = Difference(**json.loads(said.removeprefix(_DIFFERS)))
        differences[found.table] = differences[found.table] + found if found.table in differences else found
    return differences


def _report(outcomes: Sequence[DbtRun], differences: Sequence[Difference]) -> None:
    models, tests = (max(getattr(outcome, kind) for outcome in outcomes) for kind in ("models", "tests"))
    warnings, errors = (sum(len(getattr(outcome, kind)) for outcome in outcomes) for kind in ("warnings", "errors"))
    print(f"Verify: {models} models compared, {tests + outcomes[-1].tests} tests over all rows", end=", ")
    print(f"{warnings} warnings, {errors} errors, {len(differences)} tables that differ")
    for difference in differences:
        print(f"  differs  {difference}")
    failed = []
    for outcome in outcomes:
        try:
            report(outcome, then="nothing was written")
        except CannotWork as problem:
            failed.append(problem)
    if differences:
        raise CannotWork(
            f"{', '.join(difference.table for difference in differences)}: not what the raw pages say (above); "
            "nothing was written; `make transform FULL=1` mends it"
        )
    if failed:
        raise failed[0]
