"""Lint the SQL: dbt's parser with every warning an error, then sqlfluff on what the models become."""

import os
import subprocess
import sys
from pathlib import Path

from scraper.config import REPOSITORY, Config
from scraper.database.migrate import open_migrated
from scraper.errors import CannotWork
from scraper.transform.dbt import dbt_environment, run_dbt

# Macros and generic tests are Jinja; what becomes of them is linted in the models.
_LINTED = ("dbt_project/models", "dbt_project/tests")


def run(config: Config) -> int:
    """sqlfluff's exit status. Raises CannotWork when the project does not parse without a word.

    sqlfluff has dbt compile the models, and dbt looks at the database for that; nothing is written.
    """
    database = open_migrated(config)
    parsed = run_dbt(database, "parse", "--no-partial-parse", "--warn-error")
    if parsed.errors:
        raise CannotWork(f"dbt does not parse: {parsed.errors[0].message}")
    sqlfluff = str(Path(sys.executable).parent / "sqlfluff")
    done = subprocess.run(
        [sqlfluff, "lint", "--disable-progress-bar", *_LINTED],
        cwd=REPOSITORY,
        env={**os.environ, **dbt_environment(database)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    findings = [line for line in done.stdout.splitlines() if "because it is a macro" not in line]
    print("\n".join(findings))
    return done.returncode
