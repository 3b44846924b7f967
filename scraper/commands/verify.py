"""Compare everything derived with everything raw."""

from scraper.commands.transform import report, transform
from scraper.config import Config
from scraper.dbt import run_dbt
from scraper.locks import Job, only_one
from scraper.migrate import open_migrated


def run(config: Config) -> int:
    """Catch up first, then derive everything anew beside what stands, compare, and run every test over every row.

    Nothing of the final schema is written by the comparison. No crawl may come in between. Raises CannotWork when
    anything differs.
    """
    database = open_migrated(config)
    with only_one(database, Job.CRAWL), only_one(database, Job.TRANSFORM):
        transform(database, is_full=False)
        outcome = run_dbt(database, "build", "--selector", "verify", "--full-refresh", "--vars", "verify: true")
        print(f"Verify: {outcome.models} models compared, {outcome.tests} tests over all rows", end=", ")
        print(f"{len(outcome.warnings)} warnings, {len(outcome.errors)} errors")
        report(outcome, then="nothing was written; tables after the first that differs were not compared")
    return 0
