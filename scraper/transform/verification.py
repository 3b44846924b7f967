"""Verification: derives every day again and compares, batch by batch, without writing the final schema."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from scraper.console import counted
from scraper.database.connection import Database
from scraper.errors import CannotWork
from scraper.transform.batches import begin_verification, end_verification
from scraper.transform.dbt import DbtRun, run_dbt
from scraper.transform.orphans import count_orphans
from scraper.transform.run import report
from scraper.transform.up_to_date import fingerprint, has_current_views

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner

_DIFFERENCES = """
select table_name, sum(missing)::bigint, sum(surplus)::bigint, sum(different)::bigint, min(example)
from intermediate.verify_differences
group by table_name
order by table_name
"""


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
            f"{self.table} is not what the raw pages say: rows missing {self.missing}, surplus {self.surplus}, "
            f"different {self.different}, for example {self.example}"
        )


class RowsDiffer(CannotWork):
    """Tables whose rows are not what the raw pages say."""

    def __init__(self, tables: Sequence[str]) -> None:
        super().__init__(
            f"{', '.join(tables)}: not what the raw pages say (see above); nothing was written; "
            "`make transform FULL=1` corrects it"
        )
        self.tables = tables


def verify(database: Database, connection: psycopg.Connection, runner: "dbtRunner | None" = None) -> None:
    """Compare all rows with the raw pages and run every test over every row. Prints what differs.

    `runner` as for `transform`.

    Raises RowsDiffer when a row differs and CannotWork when a test fails, after all tables that differ have been named.
    """
    outcomes: list[DbtRun] = []
    batch = begin_verification(connection)
    models = ["--selector", "models_without_views"] if has_current_views(connection, fingerprint()) else []
    while batch.days:
        # Not `build`: a failing test would keep the tables downstream from being compared.
        outcomes.append(run_dbt(database, "run", *models, runner=runner))
        outcomes.append(run_dbt(database, "test", "--selector", "verify", runner=runner))
        if not batch.deferred_days:
            break
        batch = begin_verification(connection, batch.last_day)
    outcomes.append(run_dbt(database, "test", "--selector", "verify_whole", runner=runner))
    differences = _differences(connection)
    end_verification(connection)
    _report(outcomes, differences)


def _differences(connection: psycopg.Connection) -> Sequence[Difference]:
    """By table, over all batches, orphans included."""
    found = {row[0]: Difference(*row) for row in connection.execute(_DIFFERENCES).fetchall()}
    for table, (orphans, example) in count_orphans(connection).items():
        other = found.get(table, Difference(table, 0, 0, 0, example))
        found[table] = Difference(table, other.missing, other.surplus + orphans, other.different, other.example)
    return list(found.values())


def _report(outcomes: Sequence[DbtRun], differences: Sequence[Difference]) -> None:
    models, tests = (max(getattr(outcome, kind) for outcome in outcomes) for kind in ("models", "tests"))
    warnings, errors = (sum(len(getattr(outcome, kind)) for outcome in outcomes) for kind in ("warnings", "errors"))
    print(
        f"Verify: {models} models derived again, {tests + outcomes[-1].tests} tests over all rows, "
        f"{counted(warnings, 'warning')}, {counted(errors, 'error')}, "
        f"{counted(len(differences), 'table')} with differences"
    )
    for difference in differences:
        print(f"  differs  {difference}")
    failed = []
    for outcome in outcomes:
        try:
            report(outcome, then="nothing was written")
        except CannotWork as problem:
            failed.append(problem)
    if differences:
        raise RowsDiffer([difference.table for difference in differences])
    if failed:
        raise failed[0]
