"""Parse the dbt project with warnings as errors, then lint the compiled models with sqlfluff."""

import os
import subprocess
import sys
from pathlib import Path

from scraper.config import REPOSITORY, Config
from scraper.database.migrate import open_migrated
from scraper.errors import CannotWork
from scraper.transform.dbt import dbt_environment, run_dbt

# Macros and generic tests are Jinja; their SQL is linted in the compiled models.
_LINTED = ("dbt_project/models", "dbt_project/tests")


def run(config: Config) -> int:
    """Return sqlfluff's exit status. Raises CannotWork when dbt's parser reports an error or a warning.

    sqlfluff lets dbt compile the models, which reads the database; nothing is written.
    """
    database = open_migrated(config)
    parsed = run_dbt(database, "parse", "--no-partial-parse", "--warn-error")
    if parsed.errors:
        raise CannotWork(f"dbt cannot parse the project: {parsed.errors[0].message}")
    sqlfluff = str(Path(sys.executable).parent / "sqlfluff")
    done = subprocess.run(
        [sqlfluff, "lint", "--disable-progress-bar", *_LINTED],
        cwd=REPOSITORY,
        env={**os.environ, **dbt_environment(database)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if "because it is a macro" not in line]
    print("\n".join(lines))
    return done.returncode
