"""Run dbt's own command line on this project's database, for analysts: `make dbt ARGS="build -s +laps"`."""

import shlex

from scraper.config import Config
from scraper.database.jobs import Job, open_job
from scraper.database.migrate import open_migrated
from scraper.seeds.files import check_seeds, load_seeds
from scraper.transform.batches import BatchKind, begin_batch
from scraper.transform.dbt import run_command_line
from scraper.transform.run import warn_of_seeds

# These write nothing to the database, and so need neither the locks of a transform nor a batch.
_READING = {"clean", "compile", "debug", "deps", "docs", "list", "ls", "parse", "show"}


def run(config: Config) -> int:
    """Run dbt; its exit status is ours. The batch of what is queued stays on the queue: `make transform` settles it.

    Raises LockHeld while a transform, an export or a migration runs, unless dbt only reads.
    """
    arguments = shlex.split(config.dbt_arguments)
    command = next((argument for argument in arguments if not argument.startswith("-")), None)
    if command is None or command in _READING:
        return run_command_line(open_migrated(config), arguments)
    with open_job(config, Job.DBT) as (database, connection):
        load_seeds(connection)
        warn_of_seeds(check_seeds(connection))
        begin_batch(connection, BatchKind.MANUAL)
        return run_command_line(database, arguments)
