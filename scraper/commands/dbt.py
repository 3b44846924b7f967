"""dbt's own command line on this project's database, for analysts: `make dbt ARGS="build -s +laps"`."""

import os
import shlex
import sys
from pathlib import Path

from scraper.config import REPOSITORY, Config
from scraper.database.migrate import open_migrated
from scraper.transform.dbt import dbt_environment


def run(config: Config) -> int:
    """Become dbt; its exit status is ours."""
    environment = {**os.environ, **dbt_environment(open_migrated(config))}
    dbt = str(Path(sys.executable).parent / "dbt")
    os.chdir(REPOSITORY)
    sys.stdout.flush()
    os.execve(dbt, [dbt, *shlex.split(config.dbt_arguments)], environment)  # noqa: S606
